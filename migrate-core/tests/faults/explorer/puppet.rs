//! A driver that does nothing by itself: each call is put where the explorer sees it, and waits for the answer
//! that the explorer gives. A wait is such a call, too. Time stands still until the explorer says that it has passed.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::hash::{Hash, Hasher};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use migrate_core::dialect::Spec;
use migrate_core::session::{DbError, Driver, Fault, Kind, Session, Value};
use migrate_core::{Error, Migrator, Report};

use super::program::{Layer, Program};
use crate::driver::decoded;
use crate::world::{Engine, Refusal, Rows, hash_value};

/// What an instance asks for. Its sessions have numbers, in the order in which it opened them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Open(u8),
    Message(u8, String),
    Sleep,
}

/// What it gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Opened,
    /// There is no connection: the server is full, or cannot be reached.
    NotOpened {
        full: bool,
    },
    Ended(Result<Rows, Refusal>),
    /// The connection is lost.
    Lost,
    /// The wait is over, and something may have changed.
    Woken,
    /// The wait is over, and took so long that whatever was to happen has happened.
    Waited,
}

impl Hash for Answer {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Answer::Ended(Ok(rows)) => rows.iter().flatten().for_each(|value| hash_value(value, state)),
            Answer::Ended(Err(refusal)) => (&refusal.code, refusal.completed).hash(state),
            _ => {}
        }
    }
}

/// How an instance let go of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Release {
    /// Closed, or dropped with the connection.
    Closed,
    /// Given back to a pool, for others to use.
    GivenBack,
}

/// How a run ended.
pub(super) type Ending = Result<Report, Error>;

/// Longer than the library watches before it believes that nobody is at work.
const LONG: Duration = Duration::from_secs(60);

/// Where the two sides meet.
#[derive(Default)]
struct Seat {
    asked: Option<Asked>,
    answer: Option<Answer>,
    released: Vec<(u8, Release)>,
    now: Duration,
    opened: u8,
    layer: Layer,
}

#[derive(Clone, Default)]
struct Handle(Arc<Mutex<Seat>>);

impl Handle {
    fn lock(&self) -> MutexGuard<'_, Seat> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask(&self, asked: Asked) -> Answer {
        self.lock().asked = Some(asked);
        poll_fn(|_| match self.lock().answer.take() {
            Some(answer) => Poll::Ready(answer),
            None => Poll::Pending,
        })
        .await
    }
}

/// A run of the real library, as far as it has come.
pub(super) struct Live<'p> {
    seat: Handle,
    future: Pin<Box<dyn Future<Output = Ending> + 'p>>,
}

/// What an instance did between an answer and its next question.
pub(super) struct Heard {
    pub(super) next: Next,
    pub(super) released: Vec<(u8, Release)>,
}

/// What comes next.
pub(super) enum Next {
    Asks(Asked),
    Ends(Ending),
}

impl<'p> Live<'p> {
    pub(super) fn boot(program: &'p Program) -> (Live<'p>, Heard) {
        let seat = Handle::default();
        seat.lock().layer = program.layer();
        let migrator = Migrator::new(PuppetDriver { seat: seat.clone(), engine: program.engine });
        let future = Box::pin(migrator.history(&program.migrations).lock_wait_forever().run());
        let mut live = Live { seat, future };
        let heard = live.go_on();
        (live, heard)
    }

    pub(super) fn answer(&mut self, answer: &Answer) -> Heard {
        self.seat.lock().answer = Some(answer.clone());
        self.go_on()
    }

    fn go_on(&mut self) -> Heard {
        let polled = self.future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        let mut seat = self.seat.lock();
        let next = match (polled, seat.asked.take()) {
            (Poll::Ready(ending), _) => Next::Ends(ending),
            (Poll::Pending, Some(asked)) => Next::Asks(asked),
            (Poll::Pending, None) => panic!("an instance waits for something that is no call of its driver"),
        };
        Heard { next, released: std::mem::take(&mut seat.released) }
    }
}

struct PuppetDriver {
    seat: Handle,
    engine: Engine,
}

impl PuppetDriver {
    async fn open(&self, lent: bool) -> Result<PuppetSession, DbError> {
        let slot = self.seat.lock().opened;
        match self.seat.ask(Asked::Open(slot)).await {
            Answer::Opened => {
                self.seat.lock().opened += 1;
                Ok(PuppetSession { seat: self.seat.clone(), slot, lent, over: false })
            }
            Answer::NotOpened { full: true } => {
                Err(DbError::new(Fault::Server, "too many clients").with_code(self.engine.codes().full))
            }
            _ => Err(lost()),
        }
    }
}

impl Driver for PuppetDriver {
    type Session = PuppetSession;

    fn spec(&self) -> &'static Spec {
        self.engine.spec()
    }

    async fn lend(&self) -> Result<PuppetSession, DbError> {
        self.open(true).await
    }

    async fn connect(&self) -> Result<Option<PuppetSession>, DbError> {
        self.open(false).await.map(Some)
    }

    async fn sleep(&self, _: Duration) {
        if self.seat.ask(Asked::Sleep).await == Answer::Waited {
            self.seat.lock().now += LONG;
        }
    }

    fn now(&self) -> Duration {
        self.seat.lock().now
    }

    fn jitter(&self) -> u64 {
        0
    }
}

struct PuppetSession {
    seat: Handle,
    slot: u8,
    lent: bool,
    /// The connection is lost or has been let go of.
    over: bool,
}

fn lost() -> DbError {
    DbError::new(Fault::Connection, "the connection is lost")
}

impl PuppetSession {
    async fn message(&mut self, sql: &str) -> Result<Rows, DbError> {
        if self.over {
            return Err(lost());
        }
        let messages = self.seat.lock().layer.sends(sql);
        let mut answer = Ok(Vec::new());
        for message in messages {
            answer = match self.seat.ask(Asked::Message(self.slot, message)).await {
                Answer::Ended(Ok(rows)) => Ok(rows),
                Answer::Ended(Err(refusal)) => Err(DbError::from(refusal)),
                _ => {
                    // The other side knows.
                    self.over = true;
                    Err(lost())
                }
            };
            if answer.is_err() {
                break;
            }
        }
        self.seat.lock().layer.hears(sql, answer)
    }

    fn let_go(&mut self, release: Release) {
        if !self.over {
            self.over = true;
            self.seat.lock().released.push((self.slot, release));
        }
    }
}

impl Session for PuppetSession {
    async fn execute(&mut self, sql: &str) -> Result<(), DbError> {
        self.message(sql).await.map(drop)
    }

    async fn query(&mut self, sql: &str, columns: &[Kind]) -> Result<Vec<Vec<Value>>, DbError> {
        decoded(self.message(sql).await?, columns)
    }

    async fn close(mut self) -> Result<(), DbError> {
        if self.over {
            return Err(lost());
        }
        self.let_go(if self.lent { Release::GivenBack } else { Release::Closed });
        Ok(())
    }

    async fn discard(self) {}
}

impl Drop for PuppetSession {
    fn drop(&mut self) {
        self.let_go(Release::Closed);
    }
}

/// How often each step of a run was reported, by version.
pub(super) fn steps(ending: &Ending) -> BTreeMap<&str, usize> {
    let report = match ending {
        Ok(report) => report,
        Err(error) => error.report(),
    };
    let mut steps = BTreeMap::new();
    for step in &report.steps {
        *steps.entry(step.version.as_str()).or_default() += 1;
    }
    steps
}
