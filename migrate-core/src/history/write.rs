//! The statements by which a run keeps the books. Text only; the executor decides when each is sent.

use super::{Applied, FORMAT, Link, State, Tables, VERSIONED, chain};
use crate::checksum::Checksum;
use crate::dialect::Spec;
use crate::migrations::{Migration, Migrations};
use crate::syntax::directive::Phase;

/// Version of this library, written beside each row.
const TOOL: &str = concat!("migrate-rs ", env!("CARGO_PKG_VERSION"));

/// Renders the bookkeeping of one history.
pub(crate) struct Writer<'a> {
    pub(crate) spec: &'a Spec,
    pub(crate) tables: &'a Tables,
    pub(crate) migrations: &'a Migrations,
    /// Who runs: user and host as the server knows them.
    pub(crate) actor: &'a str,
}

/// The place in the history that a migration claims.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(crate) position: i64,
    pub(crate) chain: Checksum,
}

impl Claim {
    /// The place after `last`.
    pub(crate) fn after(last: Option<&Applied>, history: &str, migration: Migration<'_>) -> Claim {
        let position = last.map_or(1, |row| row.position + 1);
        let up = migration.up().data();
        let link = Link {
            position,
            version: migration.version(),
            name: migration.name(),
            kind: VERSIONED,
            text_checksum: &up.text_checksum.to_string(),
            token_checksum: &up.token_checksum.to_string(),
        };
        Claim { position, chain: chain(last.map(|row| row.chain.as_str()), history, &link) }
    }
}

/// The two answers to what became of a statement: it is in force, or it is not. For a person, who runs the
/// one that is true.
pub(crate) fn answers(
    spec: &Spec,
    tables: &Tables,
    (history, version): (&str, &str),
    done: usize,
    checksum: &Checksum,
) -> (String, String) {
    let answer = |set: &str| {
        tables.fill(
            "UPDATE {history} SET {set} WHERE history = {h} AND version = {v}",
            &[("set", set), ("h", &spec.literal(history)), ("v", &spec.literal(version))],
        )
    };
    let checksum = spec.literal(&checksum.to_string());
    (
        answer(&format!("statements_done = {}, done_checksum = {checksum}", done.saturating_add(1))),
        answer(&format!("statements_intent = {done}")),
    )
}

impl Writer<'_> {
    fn fill(&self, template: &str, places: &[(&str, &str)]) -> String {
        let history = self.spec.literal(self.migrations.name());
        let release = self.spec.literal(self.migrations.release());
        let actor = self.spec.literal(self.actor);
        let tool = self.spec.literal(TOOL);
        let mut all = vec![
            ("h", history.as_str()),
            ("release", release.as_str()),
            ("actor", actor.as_str()),
            ("tool", tool.as_str()),
            ("now", self.spec.now),
            ("elapsed", self.spec.elapsed_us),
        ];
        all.extend_from_slice(places);
        self.tables.fill(template, &all)
    }

    /// Inserts the row. The unique keys decide who applies the migration, whatever the lock says.
    /// `statements` is 0 for a script that is all or nothing, else the row begins with the intent to run the
    /// statement after the first `done`, which are in force.
    pub(crate) fn claim(
        &self,
        claim: &Claim,
        migration: Migration<'_>,
        statements: usize,
        done: Option<(usize, &Checksum)>,
    ) -> String {
        let up = migration.up().data();
        self.fill(
            "INSERT INTO {history} (history, position, version, name, kind, text_checksum, token_checksum, chain, \
             state, statements_total, statements_intent, statements_done, done_checksum, phase, release_version, started_at, \
             actor, tool) VALUES ({h}, {position}, {version}, {name}, {kind}, {text}, {tokens}, {chain}, {state}, \
             {total}, {intent}, {done}, {checksum}, {phase}, {release}, {now}, {actor}, {tool})",
            &[
                ("position", &claim.position.to_string()),
                ("version", &self.spec.literal(migration.version())),
                ("name", &self.spec.literal(migration.name())),
                ("kind", &self.spec.literal(VERSIONED)),
                ("text", &self.spec.literal(&up.text_checksum.to_string())),
                ("tokens", &self.spec.literal(&up.token_checksum.to_string())),
                ("chain", &self.spec.literal(&claim.chain.to_string())),
                ("state", &self.spec.literal(State::Running.text())),
                ("total", &statements.to_string()),
                ("intent", &(done.map_or(0, |(done, _)| done) + 1).min(statements).to_string()),
                ("done", &done.map_or(0, |(done, _)| done).to_string()),
                ("phase", &self.spec.literal(migration.phase().text())),
                ("checksum", &done.map_or("NULL".to_owned(), |(_, sum)| self.spec.literal(&sum.to_string()))),
            ],
        )
    }

    /// Removes the row that an earlier run left after `done` statements, before the row is claimed again in
    /// the same transaction. Removes nothing when another instance was faster, and then that claim fails on
    /// the unique keys as any second one does.
    pub(crate) fn give_up(&self, claim: &Claim, done: usize) -> String {
        self.fill(
            "DELETE FROM {history} WHERE history = {h} AND position = {position} AND statements_done = {done} \
             AND statements_intent = {done}",
            &[("position", &claim.position.to_string()), ("done", &done.to_string())],
        )
    }

    /// Records that the first `done` statements are in force, and the intent to run the next one.
    pub(crate) fn progress(&self, claim: &Claim, done: usize, intent: usize, checksum: &Checksum) -> String {
        self.fill(
            "UPDATE {history} SET statements_done = {done}, statements_intent = {intent}, done_checksum = {checksum} \
             WHERE history = {h} AND position = {position}",
            &[
                ("done", &done.to_string()),
                ("intent", &intent.to_string()),
                ("checksum", &self.spec.literal(&checksum.to_string())),
                ("position", &claim.position.to_string()),
            ],
        )
    }

    /// Records that the statement after the first `done` failed and has no effect.
    pub(crate) fn failed(&self, claim: &Claim, done: usize) -> String {
        self.fill(
            "UPDATE {history} SET state = {state}, statements_intent = {done} \
             WHERE history = {h} AND position = {position}",
            &[
                ("state", &self.spec.literal(State::Failed.text())),
                ("done", &done.to_string()),
                ("position", &claim.position.to_string()),
            ],
        )
    }

    /// Records that the whole script is in force: the row, the head and the journal.
    pub(crate) fn applied(
        &self,
        claim: &Claim,
        migration: Migration<'_>,
        statements: usize,
        fingerprints: (&Checksum, &Checksum),
    ) -> String {
        let position = claim.position.to_string();
        let row = self.fill(
            "UPDATE {history} SET state = {state}, statements_total = {total}, statements_intent = {total}, \
             statements_done = {total}, duration_us = {elapsed}, finished_at = {now} \
             WHERE history = {h} AND position = {position}",
            &[
                ("state", &self.spec.literal(State::Applied.text())),
                ("total", &statements.to_string()),
                ("position", &position),
            ],
        );
        let head = self.fill(
            "INSERT INTO {head} (history, format, fingerprint, text_fingerprint, release_version, floor_position, \
             position, chain, updated_at) VALUES ({h}, {format}, {fingerprint}, {text}, {release}, {floor}, {position}, \
             {chain}, {now})",
            &[
                ("format", &FORMAT.to_string()),
                ("fingerprint", &self.spec.literal(&fingerprints.0.to_string())),
                ("text", &self.spec.literal(&fingerprints.1.to_string())),
                // The greater one stays: a binary that knows this step knows the earlier ones.
                ("floor", if migration.phase() == Phase::Contract { &position } else { "0" }),
                ("position", &position),
                ("chain", &self.spec.literal(&claim.chain.to_string())),
            ],
        );
        let replace = self.tables.fill(self.spec.replace_head, &[]);
        let journal = self.journal(claim, migration.version(), "applied", None, None);
        format!("{row};\n{head}{replace};\n{journal}")
    }

    /// Adds a row to the journal.
    pub(crate) fn journal(
        &self,
        claim: &Claim,
        version: &str,
        event: &str,
        statement: Option<usize>,
        detail: Option<&str>,
    ) -> String {
        self.fill(
            "INSERT INTO {journal} (history, position, version, event, statement, detail, release_version, actor, tool, \
             logged_at) VALUES ({h}, {position}, {version}, {event}, {statement}, {detail}, {release}, {actor}, {tool}, \
             {now})",
            &[
                ("position", &claim.position.to_string()),
                ("version", &self.spec.literal(version)),
                ("event", &self.spec.literal(event)),
                ("statement", &statement.map_or("NULL".to_owned(), |number| number.to_string())),
                ("detail", &detail.map_or("NULL".to_owned(), |detail| self.spec.literal(detail))),
            ],
        )
    }
}
