//! The questions that are out: one, or two pushes, of which the second carries what waits behind the first. A long
//! way then costs little: while one answer comes back, the next sits are on theirs.

use crate::run::{Answered, Question, Ticket};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A push of fewer sits than this has none beside it: it is the last one, or it looks for what cannot be stored.
const BESIDE_FROM: usize = 100;

/// A question that is being put to a server.
pub type Asking<'a> = Pin<Box<dyn Future<Output = Answered> + 'a>>;

/// The questions that are out, in the order in which they were asked. Dropping it drops them.
pub struct Out<'a> {
    flights: VecDeque<Flight<'a>>,
    beside_from: usize,
}

impl Default for Out<'_> {
    fn default() -> Self {
        Self { flights: VecDeque::new(), beside_from: BESIDE_FROM }
    }
}

/// A question on its way.
struct Flight<'a> {
    /// The last change that it carries, if more may go beside it.
    last: Option<i64>,
    renews: bool,
    beside_a_failure: bool,
    asking: Asking<'a>,
    answered: Option<Answered>,
}

impl<'a> Out<'a> {
    /// Has a second push go beside one of so few sits already: for tests, whose devices have few.
    #[cfg(feature = "fake")]
    #[must_use]
    pub fn beside_from(rows: usize) -> Self {
        Self { beside_from: rows, ..Self::default() }
    }

    /// Whether nothing is out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.flights.is_empty()
    }

    /// Whether a session is being renewed. That must not be dropped: what the old one was worth, only the answer
    /// is worth now.
    #[must_use]
    pub fn renews(&self) -> bool {
        self.flights.iter().any(|flight| flight.renews)
    }

    /// Waits for the answer to what was asked first; never, if nothing is out. Whoever stops waiting loses nothing.
    pub async fn land(&mut self) -> Answered {
        poll_fn(|context| {
            for flight in &mut self.flights {
                flight.poll(context);
            }
            let first = self.flights.front_mut().and_then(|flight| {
                let mut answered = flight.answered.take()?;
                answered.beside_a_failure = flight.beside_a_failure;
                Some(answered)
            });
            match first {
                Some(answered) => {
                    self.flights.pop_front();
                    Poll::Ready(answered)
                }
                None => Poll::Pending,
            }
        })
        .await
    }

    /// The last change of the only push that is out, if more may go beside it.
    pub(crate) fn alone(&self) -> Option<i64> {
        match (self.flights.front(), self.flights.len()) {
            (Some(flight), 1) if !flight.beside_a_failure => flight.last,
            _ => None,
        }
    }

    pub(crate) fn put(&mut self, ticket: Ticket, ask: &impl Fn(Ticket) -> Asking<'a>) {
        let last = match ticket.question() {
            Question::Push { generations, .. } if generations.len() >= self.beside_from => {
                generations.last().copied()
            }
            _ => None,
        };
        let renews = matches!(ticket.question(), Question::Refresh);
        let (asking, answered) = (ask(ticket), None);
        self.flights.push_back(Flight { last, renews, beside_a_failure: false, asking, answered });
    }

    /// What was asked first has failed: what is still out goes the same way.
    pub(crate) fn first_failed(&mut self) {
        for flight in &mut self.flights {
            flight.beside_a_failure = true;
        }
    }
}

impl Flight<'_> {
    fn poll(&mut self, context: &mut Context<'_>) {
        if self.answered.is_none()
            && let Poll::Ready(answered) = self.asking.as_mut().poll(context)
        {
            self.answered = Some(answered);
        }
    }
}
