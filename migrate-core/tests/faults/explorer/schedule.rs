//! A schedule: who goes next, and what breaks, step by step. As text it can be put into a test.

use std::fmt;
use std::str::FromStr;

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Choice {
    /// This instance makes its call, or its blocked message goes on.
    Go(usize),
    /// Something breaks in the call of this instance.
    Breaks(usize, Break),
    /// The server goes on with this session, whose client is gone: executes its message, or ends it.
    Orphan(u64),
}

/// What breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Break {
    /// The server refuses this statement of the message, from 0.
    Refused(u8),
    /// This statement has waited for too long.
    Busy(u8),
    /// The server grants a lock that somebody else has.
    Lie,
    /// The connection breaks, before or after the server got the message.
    Lost { received: bool },
    /// The process dies, before or after the server got the message.
    Crash { received: bool },
    /// The server has no free connection.
    Full,
    /// The server cannot be reached.
    Down,
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |index: usize| char::from(b'a' + u8::try_from(index).unwrap_or(25));
        match self {
            Choice::Go(index) => write!(f, "{}", name(*index)),
            Choice::Breaks(index, breaks) => write!(f, "{}!{breaks}", name(*index)),
            Choice::Orphan(session) => write!(f, "s{session}"),
        }
    }
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Break::Refused(statement) => write!(f, "refused{statement}"),
            Break::Busy(statement) => write!(f, "busy{statement}"),
            Break::Lie => f.write_str("lie"),
            Break::Lost { received: false } => f.write_str("lost"),
            Break::Lost { received: true } => f.write_str("unanswered"),
            Break::Crash { received: false } => f.write_str("crash"),
            Break::Crash { received: true } => f.write_str("crash-sent"),
            Break::Full => f.write_str("full"),
            Break::Down => f.write_str("down"),
        }
    }
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Choice, String> {
        let unknown = || format!("{text:?} is no step of a schedule");
        if let Some(session) = text.strip_prefix('s').and_then(|session| session.parse().ok()) {
            return Ok(Choice::Orphan(session));
        }
        let (name, breaks) = match text.split_once('!') {
            Some((name, breaks)) => (name, Some(breaks)),
            None => (text, None),
        };
        let index = match name.as_bytes() {
            [letter @ b'a'..=b'h'] => usize::from(letter - b'a'),
            _ => return Err(unknown()),
        };
        let Some(breaks) = breaks else { return Ok(Choice::Go(index)) };
        let breaks = match breaks {
            "lie" => Break::Lie,
            "lost" => Break::Lost { received: false },
            "unanswered" => Break::Lost { received: true },
            "crash" => Break::Crash { received: false },
            "crash-sent" => Break::Crash { received: true },
            "full" => Break::Full,
            "down" => Break::Down,
            _ => {
                let (breaks, statement) =
                    breaks.split_at(breaks.trim_end_matches(|c: char| c.is_ascii_digit()).len());
                match (breaks, statement.parse()) {
                    ("refused", Ok(statement)) => Break::Refused(statement),
                    ("busy", Ok(statement)) => Break::Busy(statement),
                    _ => return Err(unknown()),
                }
            }
        };
        Ok(Choice::Breaks(index, breaks))
    }
}

/// Steps as text: `a*12 a!crash b*3`.
pub(crate) fn write(steps: &[Choice]) -> String {
    let runs = steps.chunk_by(|one, other| one == other);
    let runs = runs.map(|run| match run {
        [step] => step.to_string(),
        [step, ..] => format!("{step}*{}", run.len()),
        [] => String::new(),
    });
    runs.collect::<Vec<_>>().join(" ")
}

/// The steps of a text.
pub(crate) fn read(text: &str) -> Result<Vec<Choice>, String> {
    let mut steps = Vec::new();
    for word in text.split_whitespace() {
        let (step, count) = match word.split_once('*') {
            Some((step, count)) => (step, count.parse().map_err(|_| format!("{word:?} has no number"))?),
            None => (word, 1),
        };
        steps.extend(std::iter::repeat_n(step.parse::<Choice>()?, count));
    }
    Ok(steps)
}

#[test]
fn a_schedule_reads_as_it_was_written() {
    let steps = [
        Choice::Go(0),
        Choice::Go(0),
        Choice::Go(1),
        Choice::Orphan(64),
        Choice::Breaks(0, Break::Refused(3)),
        Choice::Breaks(0, Break::Busy(0)),
        Choice::Breaks(1, Break::Lie),
        Choice::Breaks(1, Break::Lost { received: false }),
        Choice::Breaks(1, Break::Lost { received: true }),
        Choice::Breaks(1, Break::Crash { received: false }),
        Choice::Breaks(2, Break::Crash { received: true }),
        Choice::Breaks(0, Break::Full),
        Choice::Breaks(0, Break::Down),
    ];
    let text = write(&steps);
    assert!(
        text.starts_with("a*2 b s64 a!refused3 a!busy0 b!lie b!lost b!unanswered b!crash c!crash-sent"),
        "{text}"
    );
    assert_eq!(read(&text), Ok(steps.to_vec()));
    assert!(read("a*x").is_err() && read("z").is_err() && read("a!burns").is_err());
}
