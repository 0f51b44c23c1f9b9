//! The states of the server, each kept once, and what each thing that can happen to it makes of it: worked out
//! the first time, looked up from then on.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::puppet::Answer;
use crate::world::{Message, Progress, Trouble, World};

pub(super) type WorldId = u32;
pub(super) type MessageId = u32;
pub(super) type AnswerId = u32;

/// Sessions from here on have no client any more.
pub(super) const ORPHANS: u64 = 64;

/// Something that happens to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Event {
    Open(u64),
    /// A message arrives and is executed, as far as that is possible.
    Message {
        session: u64,
        message: MessageId,
        trouble: Trouble,
    },
    /// A message arrives and waits for its turn.
    Arrival {
        session: u64,
        message: MessageId,
    },
    /// The server goes on with the message of a session.
    GoOn(u64),
    /// The client is gone; whether the server notices at once or later cannot be told.
    Leave(u64),
    /// The server notices, and ends the session.
    End(u64),
    /// A message of somebody who is no instance, on a session of his own.
    Person(MessageId),
}

/// What came of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effect {
    pub(super) world: WorldId,
    /// What the client is answered, where a message has ended.
    pub(super) answer: Option<AnswerId>,
    /// A message waits for another transaction.
    pub(super) blocked: bool,
    /// Others may see something new, or get what they wait for.
    pub(super) wakes: bool,
    /// The client let go of a session with a transaction or a lock.
    pub(super) dirty: bool,
}

#[derive(Default)]
pub(super) struct Server {
    worlds: Vec<Rc<World>>,
    known: HashMap<Rc<World>, WorldId>,
    effects: HashMap<(WorldId, Event), Effect>,
    messages: Vec<Arc<Message>>,
    message_ids: HashMap<String, MessageId>,
    answers: Vec<Answer>,
    answer_ids: HashMap<Answer, AnswerId>,
}

fn id(length: usize) -> u32 {
    u32::try_from(length).expect("fewer of them")
}

impl Server {
    pub(super) fn world(&self, world: WorldId) -> &World {
        &self.worlds[world as usize]
    }

    pub(super) fn worlds(&self) -> usize {
        self.worlds.len()
    }

    pub(super) fn message(&self, message: MessageId) -> &Message {
        &self.messages[message as usize]
    }

    pub(super) fn message_id(&mut self, text: &str) -> MessageId {
        if let Some(message) = self.message_ids.get(text) {
            return *message;
        }
        let message = id(self.messages.len());
        self.messages.push(Message::read(text));
        self.message_ids.insert(text.to_owned(), message);
        message
    }

    pub(super) fn answer(&self, answer: AnswerId) -> &Answer {
        &self.answers[answer as usize]
    }

    pub(super) fn answer_id(&mut self, answer: Answer) -> AnswerId {
        if let Some(answer) = self.answer_ids.get(&answer) {
            return *answer;
        }
        let number = id(self.answers.len());
        self.answers.push(answer.clone());
        self.answer_ids.insert(answer, number);
        number
    }

    pub(super) fn world_id(&mut self, world: World) -> WorldId {
        if let Some(world) = self.known.get(&world) {
            return *world;
        }
        let number = id(self.worlds.len());
        let world = Rc::new(world);
        self.worlds.push(Rc::clone(&world));
        self.known.insert(world, number);
        number
    }

    pub(super) fn happens(&mut self, world: WorldId, event: Event) -> Effect {
        if let Some(effect) = self.effects.get(&(world, event)) {
            return *effect;
        }
        let mut next = World::clone(&self.worlds[world as usize]);
        let before = next.version;
        let mut answer = None;
        let mut blocked = false;
        let mut dirty = false;
        let mut go_on = |next: &mut World, session| match next.go_on(session) {
            Progress::Underway => None,
            Progress::Blocked => {
                blocked = true;
                None
            }
            Progress::Ended(answer) => Some(Answer::Ended(answer)),
        };
        match event {
            Event::Open(session) => {
                next.open_as(session);
                answer = Some(Answer::Opened);
            }
            Event::Message { session, message, trouble } => {
                let message = Arc::clone(&self.messages[message as usize]);
                next.begin(session, message, trouble);
                answer = go_on(&mut next, session);
            }
            Event::Arrival { session, message } => {
                next.begin(session, Arc::clone(&self.messages[message as usize]), Trouble::None);
            }
            Event::GoOn(session) => {
                answer = go_on(&mut next, session);
                if session >= ORPHANS && answer.is_some() && !is_dirty(&next, session) {
                    next.end(session);
                }
            }
            Event::Leave(session) => {
                dirty = is_dirty(&next, session);
                if dirty || next.is_busy(session) {
                    let free = (ORPHANS..).find(|orphan| !next.is_open(*orphan));
                    next.rename(session, free.unwrap_or(ORPHANS));
                } else {
                    // Nobody could tell whether it is there.
                    next.end(session);
                }
            }
            Event::End(session) => next.end(session),
            Event::Person(message) => {
                let session = ORPHANS - 1;
                next.open_as(session);
                next.begin(session, Arc::clone(&self.messages[message as usize]), Trouble::None);
                answer = go_on(&mut next, session);
                next.end(session);
            }
        }
        let wakes = next.version != before;
        next.version = before;
        let answer = answer.map(|answer| self.answer_id(answer));
        let effect = Effect { world: self.world_id(next), answer, blocked, wakes, dirty };
        self.effects.insert((world, event), effect);
        effect
    }
}

fn is_dirty(world: &World, session: u64) -> bool {
    world.in_transaction(session) || world.holds_a_lock(session)
}
