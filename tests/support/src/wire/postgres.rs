//! The client's side of the protocol of Postgres, version 3: chapter "Message Formats" of its manual.

use super::Part;

#[derive(Debug, Default)]
pub(super) struct Framer {
    pending: Vec<u8>,
    phase: Phase,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Messages without a type: the start, or a request that comes before it.
    #[default]
    Start,
    Messages,
    /// TLS, or no protocol that we know.
    Lost,
}

impl Framer {
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<Part> {
        self.pending.extend_from_slice(bytes);
        let mut parts = Vec::new();
        while self.phase != Phase::Lost {
            let head = usize::from(self.phase == Phase::Messages);
            let Some(length) = self.pending.get(head..head + 4).map(number) else { return parts };
            // A TLS hello is not a startup packet: its first four bytes are a huge length.
            if length < 4 || (head == 0 && !(8..=10_000).contains(&length)) {
                parts.push(("Unreadable", String::new(), false));
                self.phase = Phase::Lost;
                break;
            }
            let end = head + length;
            if self.pending.len() < end {
                return parts;
            }
            let message: Vec<u8> = self.pending.drain(..end).collect();
            let body = message.get(head + 4..).unwrap_or_default();
            parts.push(if head == 0 { self.start(body) } else { read(message[0], body) });
        }
        self.pending.clear();
        parts
    }

    fn start(&mut self, body: &[u8]) -> Part {
        match body.get(..4).map(number) {
            Some(80_877_102) => ("CancelRequest", String::new(), false),
            Some(80_877_103) => ("SSLRequest", String::new(), true),
            Some(80_877_104) => ("GSSENCRequest", String::new(), true),
            _ => {
                self.phase = Phase::Messages;
                ("Startup", String::new(), true)
            }
        }
    }
}

fn read(code: u8, body: &[u8]) -> Part {
    let first = |bytes: &[u8]| {
        let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
        String::from_utf8_lossy(text).into_owned()
    };
    let second = || {
        let start = body.iter().position(|byte| *byte == 0).map_or(body.len(), |end| end + 1);
        first(&body[start..])
    };
    match code {
        b'Q' => ("Query", first(body), true),
        b'P' => ("Parse", second(), false),
        b'B' => ("Bind", second(), false),
        b'D' => ("Describe", first(body.get(1..).unwrap_or_default()), false),
        b'E' => ("Execute", first(body), false),
        b'C' => ("Close", first(body.get(1..).unwrap_or_default()), false),
        b'S' => ("Sync", String::new(), true),
        b'H' => ("Flush", String::new(), true),
        b'F' => ("FunctionCall", String::new(), true),
        b'X' => ("Terminate", String::new(), false),
        b'p' => ("Password", String::new(), true),
        b'd' => ("CopyData", String::new(), false),
        b'c' => ("CopyDone", String::new(), true),
        b'f' => ("CopyFail", String::new(), true),
        _ => ("Unknown", String::new(), false),
    }
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(code: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        [&[code][..], &length, body].concat()
    }

    fn startup(code: u32) -> Vec<u8> {
        [8_u32.to_be_bytes(), code.to_be_bytes()].concat()
    }

    #[test]
    fn messages_are_the_same_however_the_bytes_arrive() {
        let stream = [
            startup(80_877_103),
            startup(196_608),
            message(b'Q', b"select 1\0"),
            message(b'P', b"name\0select $1\0\0\0"),
            message(b'S', b""),
            message(b'X', b""),
        ]
        .concat();
        let whole = Framer::default().feed(&stream);
        let kinds: Vec<_> = whole.iter().map(|part| part.0).collect();
        assert_eq!(kinds, ["SSLRequest", "Startup", "Query", "Parse", "Sync", "Terminate"]);
        assert_eq!((&*whole[2].1, &*whole[3].1), ("select 1", "select $1"));

        let mut framer = Framer::default();
        let pieces: Vec<_> = stream.chunks(1).flat_map(|byte| framer.feed(byte)).collect();
        assert_eq!(pieces, whole);
    }

    #[test]
    fn tls_is_reported_and_not_misread() {
        let mut framer = Framer::default();
        framer.feed(&startup(80_877_103));
        assert_eq!(framer.feed(b"\x16\x03\x01\x02\x00\x01"), [("Unreadable", String::new(), false)]);
        assert_eq!(framer.feed(b"Q\0\0\0\x04"), []);
    }
}
