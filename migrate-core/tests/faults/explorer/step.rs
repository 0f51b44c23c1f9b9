//! One step after another: what a choice makes of the state, and what must hold then.

use std::rc::Rc;

use migrate_core::ErrorKind;

use super::machine::{Machine, Request, Witness};
use super::properties::{self, Broken, Judge};
use super::puppet::{Answer, Ending, Release};
use super::server::{AnswerId, Effect, Event, ORPHANS, Server, WorldId};
use super::state::{Instance, Mood, SEATS, State};
use super::{Break, Choice, Program, Setting};
use crate::world::{Locks, Statement, Trouble, World};

/// All that is known of a setting so far.
pub(crate) struct Explorer<'s> {
    pub(super) setting: &'s Setting,
    pub(super) server: Server,
    pub(super) machines: Vec<Machine<'s>>,
    pub(super) judge: Judge,
    /// The library itself, in the seat of each instance, while a schedule is replayed.
    pub(super) witnesses: Option<Vec<Witness<'s>>>,
    /// What happened, while a schedule is replayed.
    pub(super) story: Option<String>,
}

impl<'s> Explorer<'s> {
    pub(crate) fn new(setting: &'s Setting) -> Explorer<'s> {
        assert!(setting.instances.len() < SEATS, "there are more instances than seats");
        let mut server = Server::default();
        let machines = setting.programs.iter().map(|program| Machine::new(program, &mut server)).collect();
        Explorer { setting, server, machines, judge: Judge::default(), witnesses: None, story: None }
    }

    pub(super) fn start(&mut self) -> State {
        let mut world = World::new();
        world.locks = self.setting.locks.clone();
        world.engine = self.setting.programs[0].engine;
        world.by_statement = self.setting.by_statement;
        let healer = self.healer();
        let mut instances = [Instance { mood: Mood::Ended, ..Instance::default() }; SEATS];
        for instance in &mut instances[..healer] {
            *instance = Instance { restarts: self.setting.restarts, ..Instance::default() };
        }
        // A person may have to answer once for each statement.
        let restarts = u8::try_from(self.program(healer).names.len()).unwrap_or(u8::MAX);
        instances[healer] = Instance { restarts, ..Instance::default() };
        State {
            world: self.server.world_id(world),
            instances,
            blocked: 0,
            faults: self.setting.faults,
            last: 0,
            preemptions: self.setting.preemptions.unwrap_or(0),
        }
    }

    /// The instance that boots when all others have ended, with which nothing breaks.
    pub(super) fn healer(&self) -> usize {
        self.setting.instances.len()
    }

    /// Whose program the healer runs, too: that of the first instance.
    pub(super) fn machine_of(&self, index: usize) -> usize {
        self.setting.instances.get(index).copied().unwrap_or(self.setting.instances[0])
    }

    pub(super) fn program(&self, index: usize) -> &'s Program {
        &self.setting.programs[self.machine_of(index)]
    }

    /// Its session with this number, at the server.
    pub(super) fn session(index: usize, slot: u8) -> u64 {
        index as u64 * 8 + u64::from(slot)
    }

    /// The state after one more step.
    pub(super) fn step(&mut self, state: &State, choice: Choice) -> Result<State, Broken> {
        let mut next = *state;
        match choice {
            Choice::Orphan(session) if self.server.world(state.world).is_busy(session) => {
                let effect = self.happens(&mut next, None, Event::GoOn(session));
                if effect.blocked {
                    next.blocked |= 1 << (session - ORPHANS);
                }
            }
            Choice::Orphan(session) => {
                self.happens(&mut next, None, Event::End(session));
            }
            Choice::Go(index) => {
                self.turn(state, &mut next, index);
                self.go(&mut next, index, Trouble::None)?;
            }
            Choice::Breaks(index, breaks) => {
                self.turn(state, &mut next, index);
                next.faults -= 1;
                next.instances[index].hurt |= self.hurts(state, index, breaks);
                self.break_down(&mut next, index, breaks)?;
            }
        }
        self.judge.world(self.setting, &self.server, next.world)?;
        Ok(next)
    }

    /// Whether a run may fail for it. That somebody else has the file is no reason to, except for a statement of a
    /// script.
    fn hurts(&self, state: &State, index: usize, breaks: Break) -> bool {
        let machine = &self.machines[self.machine_of(index)];
        match (breaks, machine.request(state.instances[index].at)) {
            (Break::Busy(number), Request::Message(_, message)) => {
                let statement = &self.server.message(*message).statements[usize::from(number)];
                matches!(statement, Statement::Vacuum(_))
            }
            _ => true,
        }
    }

    /// Counts a preemption, where they are counted.
    fn turn(&self, state: &State, next: &mut State, index: usize) {
        if self.setting.preemptions.is_some() && index < self.healer() {
            let last = usize::from(state.last);
            if last != index && state.instances[last].mood == Mood::Ready {
                next.preemptions = next.preemptions.saturating_sub(1);
            }
            next.last = u8::try_from(index).unwrap_or(0);
        }
    }

    fn happens(&mut self, state: &mut State, by: Option<usize>, event: Event) -> Effect {
        let effect = self.server.happens(state.world, event);
        state.world = effect.world;
        if effect.wakes {
            state.blocked = 0;
            for index in 0..SEATS {
                if Some(index) != by && matches!(state.instances[index].mood, Mood::Asleep | Mood::Blocked) {
                    self.wake(state, index, Answer::Woken);
                    state.instances[index].naps = 0;
                }
            }
        }
        if let Some(story) = &mut self.story {
            let short = |text: String| text.chars().take(120).collect::<String>();
            let told = match event {
                Event::Message { session, message, .. } | Event::Arrival { session, message } => {
                    format!("session {session} gets {}", self.server.message(message).text)
                }
                event => format!("{event:?}"),
            };
            let answer = effect.answer.map(|answer| format!("{:?}", self.server.answer(answer)));
            let answer =
                answer.unwrap_or_else(|| if effect.blocked { "waits".to_owned() } else { String::new() });
            story.push_str(&format!("    {}\n        {}\n", short(told.replace('\n', " ")), short(answer)));
        }
        effect
    }

    /// An instance no longer waits, and asks for something else if it was asleep.
    fn wake(&mut self, state: &mut State, index: usize, answer: Answer) {
        let machine = self.machine_of(index);
        let instance = &mut state.instances[index];
        if instance.mood == Mood::Asleep {
            let id = self.server.answer_id(answer.clone());
            instance.at = self.machines[machine].answer(instance.at, id, &mut self.server).to;
            let request = self.machines[machine].request(instance.at);
            if let Some(witnesses) = &mut self.witnesses {
                witnesses[index].answer(&answer, request, &mut self.server);
            }
        }
        instance.mood = Mood::Ready;
    }

    /// One call of an instance.
    fn go(&mut self, state: &mut State, index: usize, trouble: Trouble) -> Result<(), Broken> {
        if state.instances[index].mood == Mood::Asleep {
            self.wake(state, index, Answer::Waited);
        }
        let at = state.instances[index].at;
        let event = match self.machines[self.machine_of(index)].request(at) {
            Request::Open(slot) => Event::Open(Self::session(index, *slot)),
            Request::Message(slot, message) => {
                let (session, message) = (Self::session(index, *slot), *message);
                if self.server.world(state.world).is_busy(session) {
                    Event::GoOn(session)
                } else {
                    self.judge.sends(self.setting, &self.server, state.world, session, message)?;
                    Event::Message { session, message, trouble }
                }
            }
            Request::Sleep | Request::End(_) => panic!("it does not ask for anything"),
        };
        let effect = self.happens(state, Some(index), event);
        state.instances[index].mood = if effect.blocked { Mood::Blocked } else { Mood::Ready };
        match effect.answer {
            Some(answer) => self.answer(state, index, answer),
            None => Ok(()),
        }
    }

    fn break_down(&mut self, state: &mut State, index: usize, breaks: Break) -> Result<(), Broken> {
        let at = state.instances[index].at;
        let request = self.machines[self.machine_of(index)].request(at).clone();
        match breaks {
            Break::Refused(statement) => {
                let code = self.program(index).engine.codes().asked_for;
                self.go(state, index, Trouble::Refused(usize::from(statement), code))
            }
            Break::Busy(statement) => {
                let code = self.program(index).engine.codes().busy;
                self.go(state, index, Trouble::Refused(usize::from(statement), code))
            }
            Break::Lie => self.go(state, index, Trouble::Lie),
            Break::Full | Break::Down => {
                let answer = self.server.answer_id(Answer::NotOpened { full: breaks == Break::Full });
                self.answer(state, index, answer)
            }
            Break::Lost { received } => {
                let Request::Message(slot, message) = request else { panic!("no message to lose") };
                let session = Self::session(index, slot);
                if received && !self.server.world(state.world).is_busy(session) {
                    self.judge.sends(self.setting, &self.server, state.world, session, message)?;
                    self.happens(state, Some(index), Event::Arrival { session, message });
                }
                self.happens(state, Some(index), Event::Leave(session));
                let answer = self.server.answer_id(Answer::Lost);
                self.answer(state, index, answer)
            }
            Break::Crash { received } => {
                if let Request::Message(slot, message) = request {
                    let session = Self::session(index, slot);
                    if received && !self.server.world(state.world).is_busy(session) {
                        self.judge.sends(self.setting, &self.server, state.world, session, message)?;
                        self.happens(state, Some(index), Event::Arrival { session, message });
                    }
                }
                let ours = Self::session(index, 0)..Self::session(index + 1, 0);
                let ours: Vec<u64> = self
                    .server
                    .world(state.world)
                    .sessions()
                    .filter(|session| ours.contains(session))
                    .collect();
                for session in ours {
                    self.happens(state, Some(index), Event::Leave(session));
                }
                self.restart(state, index);
                Ok(())
            }
        }
    }

    /// An instance hears the answer, and comes to its next call or its end.
    fn answer(&mut self, state: &mut State, index: usize, answer: AnswerId) -> Result<(), Broken> {
        let machine = self.machine_of(index);
        let edge = self.machines[machine].answer(state.instances[index].at, answer, &mut self.server);
        let request = self.machines[machine].request(edge.to).clone();
        if let Some(witnesses) = &mut self.witnesses {
            let answer = self.server.answer(answer).clone();
            witnesses[index].answer(&answer, &request, &mut self.server);
        }
        for (slot, release) in &edge.released {
            let session = Self::session(index, *slot);
            let effect = self.happens(state, Some(index), Event::Leave(session));
            if effect.dirty && *release == Release::GivenBack {
                return Err(Broken::new(
                    properties::NO_RESIDUE,
                    "a pool gets back a session with a transaction or a lock",
                ));
            }
        }
        let instance = &mut state.instances[index];
        instance.at = edge.to;
        instance.mood = match request {
            Request::Sleep => Mood::Asleep,
            _ => Mood::Ready,
        };
        if instance.mood == Mood::Asleep {
            instance.naps = if edge.again { instance.naps + 1 } else { 0 };
        }
        match request {
            Request::End(ending) => self.end(state, index, &ending),
            _ => Ok(()),
        }
    }

    fn end(&mut self, state: &mut State, index: usize, ending: &Rc<Ending>) -> Result<(), Broken> {
        if let Some(story) = &mut self.story {
            let text = match &**ending {
                Ok(report) => report.to_string(),
                Err(error) => error.to_string(),
            };
            story.push_str(&format!("    instance {index} ends: {text}\n"));
        }
        let hurt = state.instances[index].hurt;
        let at_rest = index == self.healer();
        let broke = state.faults < self.setting.faults;
        let case = properties::Case { program: self.program(index), hurt, at_rest, broke };
        self.judge.ending(self.setting, &self.server, state.world, &case, ending)?;
        match &**ending {
            Ok(_) => state.instances[index].mood = Mood::Ended,
            // What cannot run without a lock is not run, today or tomorrow.
            Err(error) if at_rest && matches!(error.kind(), ErrorKind::NotExclusive { .. }) => {
                state.instances[index].mood = Mood::Ended;
            }
            Err(error) => {
                if at_rest {
                    let answer = properties::what_a_person_does(self.server.world(state.world), error)?;
                    let answer = self.server.message_id(&answer);
                    self.happens(state, None, Event::Person(answer));
                }
                if at_rest && state.instances[index].restarts == 0 {
                    return Err(Broken::new(
                        properties::HEALING,
                        "there is no end to what a person has to answer",
                    ));
                }
                self.restart(state, index);
            }
        }
        Ok(())
    }

    /// The process is gone, and may be started again.
    fn restart(&mut self, state: &mut State, index: usize) {
        let instance = &mut state.instances[index];
        *instance = match instance.restarts.checked_sub(1) {
            Some(restarts) => Instance { restarts, ..Instance::default() },
            None => Instance { mood: Mood::Ended, ..Instance::default() },
        };
        let program = self.program(index);
        if let Some(witnesses) = &mut self.witnesses {
            witnesses[index] = Witness::boot(program);
        }
    }

    /// Nothing can happen any more.
    pub(super) fn finish(&mut self, state: &State) -> Result<(), Broken> {
        if state.instances.iter().any(|instance| instance.mood != Mood::Ended) {
            return Err(Broken::new(properties::HEALING, "everybody waits for ever"));
        }
        self.judge.rest(self.server.world(state.world))?;
        let refused = |program: &Program| self.setting.locks != Locks::Exclusive && !program.transactional;
        for machine in 0..self.machines.len() {
            if !refused(self.machines[machine].program) {
                self.up_to_date(state.world, machine)?;
            }
        }
        Ok(())
    }

    /// One more boot, when there is nothing to do.
    fn up_to_date(&mut self, world: WorldId, machine: usize) -> Result<(), Broken> {
        if !self.judge.is_new_rest(world, machine) {
            return Ok(());
        }
        let (mut world, mut at, mut messages) = (world, 0, Vec::new());
        let index = self.healer();
        loop {
            let event = match self.machines[machine].request(at).clone() {
                Request::End(ending) => {
                    let program = &self.setting.programs[machine];
                    return properties::up_to_date(
                        self.setting,
                        self.server.world(world),
                        program,
                        &messages,
                        &ending,
                    );
                }
                Request::Sleep => {
                    return Err(Broken::new(properties::UP_TO_DATE, "it waits"));
                }
                Request::Open(slot) => Event::Open(Self::session(index, slot)),
                Request::Message(slot, message) => {
                    messages.push(self.server.message(message).only_reads());
                    Event::Message { session: Self::session(index, slot), message, trouble: Trouble::None }
                }
            };
            let mut effect = self.server.happens(world, event);
            while let (Event::Message { session, .. }, None, false) = (event, effect.answer, effect.blocked) {
                effect = self.server.happens(effect.world, Event::GoOn(session));
            }
            let Some(answer) = effect.answer else {
                return Err(Broken::new(properties::UP_TO_DATE, "it waits for somebody"));
            };
            world = effect.world;
            at = self.machines[machine].answer(at, answer, &mut self.server).to;
        }
    }
}
