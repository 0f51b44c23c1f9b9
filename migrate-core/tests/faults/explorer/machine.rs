//! An instance as a machine: at each position it asks for one thing, and the answer decides on the next position.
//!
//! The library is deterministic: time stands still for it, and all that it learns is what it is answered. So
//! where it is follows from the answers so far, and the real library has to run only for an answer that was never
//! given at that position. Millions of schedules share some thousand positions.

use std::collections::HashMap;
use std::rc::Rc;

use super::program::Program;
use super::puppet::{Answer, Asked, Ending, Heard, Live, Next, Release, steps};
use super::server::{AnswerId, MessageId, Server};

/// A position of an instance. That of the start is 0.
pub(super) type Position = u32;

/// Runs of the library that are kept where they are, so that the next answer need not repeat them.
const KEPT: usize = 64;

/// What an instance asks for at a position.
#[derive(Clone)]
pub(super) enum Request {
    Open(u8),
    Message(u8, MessageId),
    /// To wait.
    Sleep,
    /// It has ended.
    End(Rc<Ending>),
}

struct Node {
    request: Request,
    before: Option<(Position, AnswerId)>,
    /// The position at which it slept last, if it has done nothing since that it would have to remember.
    nap: Option<Position>,
}

/// What an answer leads to.
pub(super) struct Edge {
    pub(super) to: Position,
    /// Back to a position where it waits, after having asked in vain.
    pub(super) again: bool,
    pub(super) released: Vec<(u8, Release)>,
}

pub(super) struct Machine<'p> {
    pub(super) program: &'p Program,
    nodes: Vec<Node>,
    edges: HashMap<(Position, AnswerId), Rc<Edge>>,
    live: Vec<(Position, Live<'p>)>,
}

impl<'p> Machine<'p> {
    pub(super) fn new(program: &'p Program, server: &mut Server) -> Machine<'p> {
        let (live, heard) = Live::boot(program);
        let mut machine = Machine { program, nodes: Vec::new(), edges: HashMap::new(), live: Vec::new() };
        let request = request(heard.next, server);
        machine.nodes.push(Node { request, before: None, nap: None });
        machine.keep(0, live);
        machine
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn request(&self, at: Position) -> &Request {
        &self.nodes[at as usize].request
    }

    /// Where an answer leads.
    pub(super) fn answer(&mut self, at: Position, answer: AnswerId, server: &mut Server) -> Rc<Edge> {
        if let Some(edge) = self.edges.get(&(at, answer)) {
            return Rc::clone(edge);
        }
        let mut live = self.live_at(at, server);
        let Heard { next, released } = live.answer(server.answer(answer));
        let request = request(next, server);
        let nap = self.nodes[at as usize].nap.filter(|_| released.is_empty() && self.forgets(at, server));
        let edge = if matches!(request, Request::Sleep) {
            self.fall_asleep((at, answer), nap, live, released, server)
        } else {
            let to = self.add(request, (at, answer), nap);
            self.keep(to, live);
            Edge { to, again: false, released }
        };
        let edge = Rc::new(edge);
        self.edges.insert((at, answer), Rc::clone(&edge));
        edge
    }

    fn add(&mut self, request: Request, before: (Position, AnswerId), nap: Option<Position>) -> Position {
        let position = Position::try_from(self.nodes.len()).expect("fewer positions");
        self.nodes.push(Node { request, before: Some(before), nap });
        position
    }

    /// To where it waits. What it asks first when it is woken says whether that is where it waited last: all that a
    /// try in vain leaves behind is how long to wait next. One that only watches remembers what it saw, and is
    /// where it was when it has seen the same. `the_shortcuts_of_the_explorer_are_none` asks the library itself.
    fn fall_asleep(
        &mut self,
        before: (Position, AnswerId),
        nap: Option<Position>,
        mut live: Live<'p>,
        released: Vec<(u8, Release)>,
        server: &mut Server,
    ) -> Edge {
        let woken = server.answer_id(Answer::Woken);
        let heard = live.answer(&Answer::Woken);
        let asked = request(heard.next, server);
        let after = nap.and_then(|nap| self.edges.get(&(nap, woken)).map(|edge| (nap, edge.to)));
        if let Some((nap, after)) = after
            && same(&self.nodes[after as usize].request, &asked)
            && (self.has_tried(before.0, nap, server)
                || self.nodes[nap as usize].before.map(|(_, answer)| answer) == Some(before.1))
        {
            return Edge { to: nap, again: true, released };
        }
        let ends = matches!(asked, Request::End(_));
        let to = self.add(Request::Sleep, before, None);
        self.nodes[to as usize].nap = Some(to);
        let after = self.add(asked, (to, woken), Some(to));
        if ends {
            // Its connection is lost, and there is nothing that it could ask: it need not wait to end.
            return Edge {
                to: after,
                again: false,
                released: released.into_iter().chain(heard.released).collect(),
            };
        }
        self.keep(after, live);
        self.edges.insert((to, woken), Rc::new(Edge { to: after, again: false, released: heard.released }));
        Edge { to, again: false, released }
    }

    /// Whether it has done more than to read since it slept.
    fn has_tried(&self, mut at: Position, nap: Position, server: &Server) -> bool {
        while at != nap {
            if let Request::Message(_, message) = &self.nodes[at as usize].request
                && !server.message(*message).only_reads()
            {
                return true;
            }
            match self.nodes[at as usize].before {
                Some((before, _)) => at = before,
                None => return false,
            }
        }
        false
    }

    /// Whether what is asked at a position changes nothing that would last.
    fn forgets(&self, at: Position, server: &Server) -> bool {
        match &self.nodes[at as usize].request {
            Request::Message(_, message) => !server.message(*message).lasts(),
            Request::Sleep => true,
            _ => false,
        }
    }

    fn keep(&mut self, at: Position, live: Live<'p>) {
        if matches!(self.nodes[at as usize].request, Request::End(_)) {
            return;
        }
        if self.live.len() == KEPT {
            self.live.remove(0);
        }
        self.live.push((at, live));
    }

    /// The library at a position: one that is there already, or one that is led there.
    fn live_at(&mut self, at: Position, server: &Server) -> Live<'p> {
        if let Some(index) = self.live.iter().position(|(position, _)| *position == at) {
            return self.live.remove(index).1;
        }
        let mut answers = Vec::new();
        let mut node = &self.nodes[at as usize];
        while let Some((before, answer)) = node.before {
            answers.push(answer);
            node = &self.nodes[before as usize];
        }
        let (mut live, _) = Live::boot(self.program);
        for answer in answers.into_iter().rev() {
            live.answer(server.answer(answer));
        }
        live
    }
}

fn request(next: Next, server: &mut Server) -> Request {
    match next {
        Next::Asks(Asked::Open(slot)) => Request::Open(slot),
        Next::Asks(Asked::Message(slot, text)) => Request::Message(slot, server.message_id(&text)),
        Next::Asks(Asked::Sleep) => Request::Sleep,
        Next::Ends(ending) => Request::End(Rc::new(ending)),
    }
}

fn same(one: &Request, other: &Request) -> bool {
    match (one, other) {
        (Request::Open(one), Request::Open(other)) => one == other,
        (Request::Sleep, Request::Sleep) => true,
        (Request::Message(slot, one), Request::Message(other_slot, other)) => {
            (slot, one) == (other_slot, other)
        }
        _ => false,
    }
}

/// The library itself beside its machine: it is given the same answers, and must ask the same.
pub(super) struct Witness<'p>(Option<Live<'p>>);

impl<'p> Witness<'p> {
    pub(super) fn boot(program: &'p Program) -> Witness<'p> {
        Witness(Some(Live::boot(program).0))
    }

    pub(super) fn answer(&mut self, answer: &Answer, expected: &Request, server: &mut Server) {
        let Some(live) = &mut self.0 else { panic!("it has ended") };
        let mut next = request(live.answer(answer).next, server);
        if matches!((&next, expected), (Request::Sleep, Request::End(_))) {
            next = request(live.answer(&Answer::Woken).next, server);
        }
        match (&next, expected) {
            (Request::End(one), Request::End(other)) => {
                let error = |ending: &Ending| ending.as_ref().err().map(ToString::to_string);
                let (one, other) = ((steps(one), error(one)), (steps(other), error(other)));
                assert_eq!(one, other, "the library ends otherwise than its machine");
            }
            (one, other) => assert!(same(one, other), "the library asks otherwise than its machine"),
        }
    }
}
