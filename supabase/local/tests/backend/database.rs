//! The database tests, and migrations in a project that is not empty.

use std::path::{Path, PathBuf};
use zafu_backend::{Backend, or_skip, shared, warn};

fn supabase() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a folder")
}

/// As `supabase test db`.
#[test]
fn the_database_tests_pass() {
    let Some(backend) = shared() else { return };
    let known = "select count(*) from pg_available_extensions where name = 'pgtap'";
    if backend.sql(known).expect("SQL") == "0" {
        assert!(std::env::var("CI").is_err(), "pgTAP is missing (Debian: pgtap)");
        return warn("SKIPPED: the database tests, because pgTAP is missing");
    }
    let files = supabase().join("tests").read_dir().expect("supabase/tests");
    let files: Vec<PathBuf> = files.flatten().map(|file| file.path()).collect();
    assert!(!files.is_empty());
    for file in files {
        let output = backend.psql().arg("--file").arg(&file).output().expect("psql");
        let lines = String::from_utf8_lossy(&output.stdout);
        let wrong = |line: &&str| !line.starts_with("ok ") && !line.starts_with("1..");
        let wrong: Vec<&str> = lines.lines().filter(wrong).collect();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && wrong.is_empty(),
            "{}: {wrong:#?}\n{error}",
            file.display()
        );
        assert!(lines.lines().count() > 1, "{} tests nothing", file.display());
    }
}

#[test]
fn existing_tables_stop_the_migrations_and_stay_unchanged() {
    let Some(backend) = or_skip(Backend::start_empty()) else { return };
    for (create, remove, named) in [
        (
            "create table public.sessions (id int, note text); insert into sessions values (1, 'kept')",
            "drop table public.sessions",
            "public.sessions",
        ),
        ("create view public.users as select 1 as id", "drop view public.users", "public.users"),
        ("create schema zafu", "drop schema zafu", "a schema zafu"),
    ] {
        backend.sql(create).expect(create);
        let error = format!("{:#}", backend.migrate().expect_err("error"));
        assert!(error.contains(&format!("this project already has {named}")), "{error}");
        assert!(error.contains("supabase/README.md"), "{error}");
        let created =
            "select count(*) from pg_class where relname in ('weeks', 'sync_state', 'history')";
        assert_eq!(backend.sql(created).expect("SQL"), "0");
        if named == "public.sessions" {
            assert_eq!(backend.sql("select * from sessions").expect("SQL"), "1|kept");
        }
        backend.sql(remove).expect(remove);
    }
    // A later migration creates another table. If it exists, none of the later ones is applied.
    let is_first = |name: &str| name < "20261126";
    let schema =
        "select string_agg(column_name, ',' order by column_name) from information_schema.columns
                  where table_schema = 'public' and table_name in ('sessions', 'labels')";
    backend.migrate_only(is_first).expect("the first migrations");
    let before = backend.sql(schema).expect("SQL");
    let foreign = "create table public.labels (id int); insert into labels values (1)";
    backend.sql(foreign).expect("SQL");
    let error = format!("{:#}", backend.migrate_only(|name| !is_first(name)).expect_err("error"));
    assert!(error.contains("this project already has public.labels"), "{error}");
    assert_eq!(backend.sql("select * from labels; drop table labels").expect("SQL"), "1");
    assert_eq!(backend.sql(schema).expect("SQL"), before, "nothing of the later ones is applied");
    backend.migrate_only(|name| !is_first(name)).expect("migrated");
}

#[test]
fn an_account_from_before_the_migrations_gets_a_profile() {
    let Some(backend) = or_skip(Backend::start_empty()) else { return };
    backend
        .sql("insert into auth.users (id, email) values (gen_random_uuid(), 'early@example.test')")
        .expect("SQL");
    backend.migrate().expect("migrated");
    let early = "select email, h.seq from users u join zafu.sync_state h on h.userid = u.id";
    assert_eq!(backend.sql(early).expect("SQL"), "early@example.test|0");
}

#[test]
fn a_week_is_derived_from_its_number() {
    let Some(backend) = shared() else { return };
    let (one, other) = (backend.new_user().expect("one"), backend.new_user().expect("two"));
    let targets = format!(
        "update users set weeklytarget = case id when '{}' then 3 else 4 end where id in ('{0}', '{}')",
        one.id, other.id
    );
    backend.sql(&targets).expect("SQL");
    backend
        .sql("update zafu.targets set since = '2026-01-01' where since > '-infinity'")
        .expect("SQL");
    let sql = "insert into partnerships (userid, partnerid, startedat) values";
    let values = format!("('{}', '{}', '2026-01-05') returning id", one.id, other.id);
    let partnership = backend.sql(&format!("{sql} {values}")).expect("SQL");
    backend
        .sql(&format!(
            "insert into weeks (partnershipid, weeknumber, weekstart, weekend)
             values ('{partnership}', 3, '2030-01-01', '2031-01-01')"
        ))
        .expect("SQL");
    let week = format!(
        "select weekstart at time zone 'UTC', weekend at time zone 'UTC', weeklygoal from weeks
         where partnershipid = '{partnership}'"
    );
    let expected = "2026-01-19 00:00:00|2026-01-26 00:00:00|7";
    assert_eq!(backend.sql(&week).expect("SQL"), expected);
}
