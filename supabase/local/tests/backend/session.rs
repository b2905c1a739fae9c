//! A database session that stays open, so that a test decides when it commits.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use uuid::Uuid;
use zafu_backend::Backend;

const END: &str = "-- that was all --";

/// A psql process that receives statements one by one.
pub struct Session {
    psql: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Session {
    pub fn open(backend: &Backend) -> Self {
        let mut psql = backend.psql();
        psql.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut psql = psql.spawn().expect("psql");
        let input = psql.stdin.take().expect("its input");
        let output = BufReader::new(psql.stdout.take().expect("its output"));
        Self { psql, input, output }
    }

    /// Runs SQL and returns its output.
    pub fn run(&mut self, sql: &str) -> String {
        writeln!(self.input, "{sql};\n\\echo {END}").expect("psql takes it");
        let mut output = String::new();
        loop {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).expect("psql responses");
            assert_ne!(read, 0, "psql ended at: {sql}");
            if line.trim_end() == END {
                return output.trim_end().to_owned();
            }
            output += &line;
        }
    }

    /// Begins a transaction with the role and claims of an account, as PostgREST does.
    pub fn begin_as(&mut self, account: Uuid) {
        self.run(&format!("begin; {}", as_account(account)));
    }
}

/// Returns the SQL that sets the role and claims of an account in a transaction.
pub fn as_account(account: Uuid) -> String {
    format!(
        r#"set local role authenticated;
           select set_config('request.jwt.claims', '{{"sub": "{account}"}}', true)"#
    )
}

impl Drop for Session {
    fn drop(&mut self) {
        self.psql.kill().ok();
        self.psql.wait().ok();
    }
}
