//! A driver on the model. Every call yields once, so that another instance can come between any two, and may
//! be the one at which a fault happens.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use migrate_core::dialect::{POSTGRES, Spec};
use migrate_core::session::{DbError, Driver, Fault, Kind, Session, Value};

use crate::world::{Engine, Message, Progress, Trouble, World};

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Breaks {
    /// The server refuses the first statement of the message.
    Refused,
    /// The server executes all but the last statement, and refuses that one.
    RefusedAtTheEnd,
    /// The connection breaks before the server gets the message.
    LostBefore,
    /// The connection breaks after the server has executed the message.
    LostAfter,
    /// The future is dropped before the server gets the message.
    DroppedBefore,
    /// The future is dropped after the server has executed the message.
    DroppedAfter,
}

impl Breaks {
    pub(crate) const ALL: [Breaks; 6] = [
        Breaks::Refused,
        Breaks::RefusedAtTheEnd,
        Breaks::LostBefore,
        Breaks::LostAfter,
        Breaks::DroppedBefore,
        Breaks::DroppedAfter,
    ];
}

/// What an instance waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    Turn,
    Until(Duration),
    /// For another session's transaction: until the world is not at this version.
    World(u64),
    /// For ever: the fault is that this future is dropped.
    Drop,
}

/// The world, its clock, and what the instances are doing.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) world: World,
    pub(crate) now: Duration,
    pub(crate) waits: Vec<Wait>,
    /// Calls so far, of all instances.
    pub(crate) calls: usize,
    /// The call at which something breaks, from 1, and how.
    pub(crate) fault: Option<(usize, Breaks)>,
    /// What was called, for the messages of failing tests.
    pub(crate) log: Vec<String>,
    jitter: u64,
}

impl Shared {
    /// The calls, one a line, each as far as one needs it to know it.
    pub(crate) fn story(&self) -> String {
        self.log.iter().map(|call| call.chars().take(140).collect::<String>() + "\n").collect()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Handle(Arc<Mutex<Shared>>);

impl Handle {
    pub(crate) fn new(world: World) -> Handle {
        Handle(Arc::new(Mutex::new(Shared {
            world,
            now: Duration::ZERO,
            waits: Vec::new(),
            calls: 0,
            fault: None,
            log: Vec::new(),
            jitter: 1,
        })))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A driver whose sessions end when they are closed or dropped.
    pub(crate) fn driver(&self) -> FakeDriver {
        let mut shared = self.lock();
        shared.waits.push(Wait::Turn);
        FakeDriver {
            handle: self.clone(),
            instance: shared.waits.len() - 1,
            lent: Mutex::new(None),
            alone: false,
        }
    }

    /// A driver of one connection that the caller keeps, and that connection.
    pub(crate) fn lending_driver(&self) -> (FakeDriver, u64) {
        let session = self.lock().world.open();
        let driver = self.driver();
        (FakeDriver { lent: Mutex::new(Some(session)), alone: true, ..driver }, session)
    }
}

pub(crate) struct FakeDriver {
    handle: Handle,
    instance: usize,
    lent: Mutex<Option<u64>>,
    /// There is no other connection than the lent one.
    alone: bool,
}

pub(crate) struct FakeSession {
    handle: Handle,
    instance: usize,
    id: u64,
    /// Whether it ends with this value.
    own: bool,
}

/// What a call is about to do.
struct Call<'a> {
    handle: &'a Handle,
    instance: usize,
    breaks: Option<Breaks>,
}

impl<'a> Call<'a> {
    /// Waits for its turn, and looks up whether something breaks.
    async fn start(handle: &'a Handle, instance: usize, what: &str) -> Call<'a> {
        turn(handle, instance, Wait::Turn).await;
        let mut shared = handle.lock();
        shared.calls += 1;
        let number = shared.calls;
        shared.log.push(format!("{number} instance {instance}: {}", what.replace('\n', " ")));
        let breaks = shared.fault.filter(|(at, _)| *at == number).map(|(_, breaks)| breaks);
        Call { handle, instance, breaks }
    }

    async fn drop_here<T>(&self) -> T {
        turn(self.handle, self.instance, Wait::Drop).await;
        unreachable!("a dropped future is not polled")
    }
}

/// Gives the turn to the others once.
async fn turn(handle: &Handle, instance: usize, wait: Wait) {
    let mut waited = false;
    poll_fn(|_| {
        let mut shared = handle.lock();
        shared.waits[instance] = wait;
        let ready = match wait {
            Wait::Turn => waited,
            Wait::Until(until) => shared.now >= until,
            Wait::World(_) => waited,
            Wait::Drop => false,
        };
        waited = true;
        if ready { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

fn lost() -> DbError {
    DbError::new(Fault::Connection, "the connection is lost")
}

impl FakeDriver {
    async fn session(&self, what: &str) -> Result<u64, DbError> {
        let call = Call::start(&self.handle, self.instance, what).await;
        match call.breaks {
            None => Ok(self.handle.lock().world.open()),
            Some(Breaks::DroppedBefore | Breaks::DroppedAfter) => call.drop_here().await,
            // Whatever goes wrong: there is no connection.
            Some(_) => Err(lost()),
        }
    }
}

impl Driver for FakeDriver {
    type Session = FakeSession;

    fn spec(&self) -> &'static Spec {
        &POSTGRES
    }

    async fn lend(&self) -> Result<FakeSession, DbError> {
        let lent = self.lent.lock().unwrap_or_else(PoisonError::into_inner).take();
        let id = match lent {
            Some(id) => id,
            None if self.alone => return Err(DbError::new(Fault::Config, "there is no other connection")),
            None => self.session("lend").await?,
        };
        Ok(FakeSession { handle: self.handle.clone(), instance: self.instance, id, own: !self.alone })
    }

    async fn connect(&self) -> Result<Option<FakeSession>, DbError> {
        if self.alone {
            return Ok(None);
        }
        let id = self.session("connect").await?;
        Ok(Some(FakeSession { handle: self.handle.clone(), instance: self.instance, id, own: true }))
    }

    async fn sleep(&self, duration: Duration) {
        let until = self.now() + duration;
        turn(&self.handle, self.instance, Wait::Until(until)).await;
    }

    fn now(&self) -> Duration {
        self.handle.lock().now
    }

    fn jitter(&self) -> u64 {
        let mut shared = self.handle.lock();
        shared.jitter = shared.jitter.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        shared.jitter >> 33
    }
}

impl FakeSession {
    async fn message(&self, sql: &str) -> Result<Vec<Vec<Value>>, DbError> {
        let call = Call::start(&self.handle, self.instance, sql).await;
        if !self.handle.lock().world.is_open(self.id) {
            return Err(lost());
        }
        match call.breaks {
            Some(Breaks::DroppedBefore) => call.drop_here().await,
            Some(Breaks::LostBefore) => {
                self.handle.lock().world.end(self.id);
                return Err(lost());
            }
            _ => {}
        }
        let message = Message::read(sql);
        let code = Engine::Postgres.codes().asked_for;
        let trouble = match (call.breaks, message.statements.len()) {
            (Some(Breaks::Refused), _) => Trouble::Refused(0, code),
            (Some(Breaks::RefusedAtTheEnd), count) => Trouble::Refused(count.saturating_sub(1), code),
            _ => Trouble::None,
        };
        self.handle.lock().world.begin(self.id, message, trouble);
        let answer = loop {
            let (progress, version) = {
                let mut shared = self.handle.lock();
                let progress = shared.world.go_on(self.id);
                (progress, shared.world.version)
            };
            match progress {
                Progress::Underway => {}
                Progress::Blocked => turn(&self.handle, self.instance, Wait::World(version)).await,
                Progress::Ended(answer) => break answer.map_err(DbError::from),
            }
        };
        match call.breaks {
            Some(Breaks::DroppedAfter) => call.drop_here().await,
            Some(Breaks::LostAfter) => {
                self.handle.lock().world.end(self.id);
                Err(lost())
            }
            _ => answer,
        }
    }
}

/// The rows, when they are of these kinds, as a driver decodes them.
pub(crate) fn decoded(rows: Vec<Vec<Value>>, columns: &[Kind]) -> Result<Vec<Vec<Value>>, DbError> {
    let fits = |(value, kind): (&Value, &Kind)| match value {
        Value::Null => true,
        Value::Int(_) => *kind == Kind::Int,
        Value::Text(_) => *kind == Kind::Text,
    };
    match rows.iter().find(|row| row.len() != columns.len() || !row.iter().zip(columns).all(fits)) {
        None => Ok(rows),
        Some(row) => Err(DbError::new(Fault::Decode, format!("{row:?} is not {columns:?}"))),
    }
}

impl Session for FakeSession {
    async fn execute(&mut self, sql: &str) -> Result<(), DbError> {
        self.message(sql).await.map(drop)
    }

    async fn query(&mut self, sql: &str, columns: &[Kind]) -> Result<Vec<Vec<Value>>, DbError> {
        decoded(self.message(sql).await?, columns)
    }

    async fn close(self) -> Result<(), DbError> {
        let call = Call::start(&self.handle, self.instance, "close").await;
        match call.breaks {
            None => Ok(()),
            Some(Breaks::DroppedBefore | Breaks::DroppedAfter) => call.drop_here().await,
            Some(_) => Err(lost()),
        }
    }

    async fn discard(self) {}
}

impl Drop for FakeSession {
    fn drop(&mut self) {
        if self.own {
            self.handle.lock().world.end(self.id);
        }
    }
}

impl fmt::Debug for FakeDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeDriver").field("instance", &self.instance).finish_non_exhaustive()
    }
}
