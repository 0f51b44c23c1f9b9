//! The client's side of the protocol of MySQL and MariaDB: packets, of which number 0 begins a command.

use super::Part;

/// The longest packet; one of this length is continued by the next.
const FULL: usize = 0xff_ff_ff;

#[derive(Debug, Default)]
pub(super) struct Framer {
    pending: Vec<u8>,
    /// The command whose full packets have come so far.
    long: Option<Vec<u8>>,
    greeted: bool,
    lost: bool,
}

impl Framer {
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<Part> {
        let mut parts = Vec::new();
        if self.lost {
            return parts;
        }
        self.pending.extend_from_slice(bytes);
        while let [a, b, c, number, ..] = self.pending[..] {
            let length = usize::from(a) | usize::from(b) << 8 | usize::from(c) << 16;
            if self.pending.len() < 4 + length {
                break;
            }
            let packet: Vec<u8> = self.pending.drain(..4 + length).skip(4).collect();
            parts.extend(self.packet(number, packet));
            if self.lost {
                self.pending.clear();
                break;
            }
        }
        parts
    }

    fn packet(&mut self, number: u8, packet: Vec<u8>) -> Option<Part> {
        if !self.greeted {
            self.greeted = true;
            // The bit CLIENT_SSL in a packet that ends where a name would begin: TLS comes next.
            self.lost = packet.len() <= 32 && packet.get(1).is_some_and(|byte| byte & 0x08 != 0);
            let kind = if self.lost { "Unreadable" } else { "Login" };
            return Some((kind, String::new(), true));
        }
        let full = packet.len() == FULL;
        let whole = match self.long.take() {
            Some(mut begun) => {
                begun.extend(packet);
                begun
            }
            None if number == 0 => packet,
            // Answers within a command: a password, a file for LOAD DATA LOCAL.
            None => return None,
        };
        if full {
            self.long = Some(whole);
            return None;
        }
        let (code, body) = whole.split_first()?;
        Some(read(*code, body))
    }
}

fn read(code: u8, body: &[u8]) -> Part {
    let text = || String::from_utf8_lossy(body).into_owned();
    match code {
        0x01 => ("COM_QUIT", String::new(), false),
        0x02 => ("COM_INIT_DB", text(), true),
        0x03 => ("COM_QUERY", text(), true),
        0x04 => ("COM_FIELD_LIST", String::new(), true),
        0x09 => ("COM_STATISTICS", String::new(), true),
        0x0e => ("COM_PING", String::new(), true),
        0x11 => ("COM_CHANGE_USER", String::new(), true),
        0x16 => ("COM_STMT_PREPARE", text(), true),
        0x17 => ("COM_STMT_EXECUTE", String::new(), true),
        0x18 => ("COM_STMT_SEND_LONG_DATA", String::new(), false),
        0x19 => ("COM_STMT_CLOSE", String::new(), false),
        0x1a => ("COM_STMT_RESET", String::new(), true),
        0x1b => ("COM_SET_OPTION", String::new(), true),
        0x1c => ("COM_STMT_FETCH", String::new(), true),
        0x1f => ("COM_RESET_CONNECTION", String::new(), true),
        0xfa => ("COM_STMT_BULK_EXECUTE", String::new(), true),
        _ => ("Unknown", String::new(), true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(number: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).unwrap().to_le_bytes();
        [&length[..3], &[number], body].concat()
    }

    #[test]
    fn commands_are_the_same_however_the_bytes_arrive() {
        let stream = [
            packet(1, &[0; 60]),
            packet(3, b"password"),
            packet(0, b"\x03select 1"),
            packet(0, b"\x0e"),
            packet(0, b"\x01"),
        ]
        .concat();
        let whole = Framer::default().feed(&stream);
        let kinds: Vec<_> = whole.iter().map(|part| part.0).collect();
        assert_eq!(kinds, ["Login", "COM_QUERY", "COM_PING", "COM_QUIT"]);
        assert_eq!(whole[1].1, "select 1");

        let mut framer = Framer::default();
        let pieces: Vec<_> = stream.chunks(1).flat_map(|byte| framer.feed(byte)).collect();
        assert_eq!(pieces, whole);
    }

    #[test]
    fn a_command_of_more_than_one_packet_is_one_message() {
        let mut framer = Framer::default();
        framer.feed(&packet(1, &[0; 60]));
        let mut first = vec![b'x'; FULL];
        first[0] = 0x03;
        assert_eq!(framer.feed(&packet(0, &first)), []);
        let parts = framer.feed(&packet(1, b"end"));
        assert_eq!(parts.len(), 1);
        assert_eq!(parts[0].0, "COM_QUERY");
        assert_eq!(parts[0].1.len(), FULL - 1 + 3);
        assert!(parts[0].1.ends_with("end"));
    }
}
