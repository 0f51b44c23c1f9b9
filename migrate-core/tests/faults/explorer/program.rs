//! What an instance runs: a history, and what stands between the library and its connection.

use migrate_core::Migrations;
use migrate_core::session::DbError;

use crate::histories::history_in;
use crate::planted::Plant;
use crate::world::{Engine, Rows};

/// A binary.
pub(crate) struct Program {
    pub(crate) engine: Engine,
    pub(crate) migrations: Migrations,
    /// The statements, in order: each leaves a row with its name, which is `version.number`.
    pub(crate) names: Vec<String>,
    /// Whether each file is one transaction.
    pub(crate) transactional: bool,
    pub(crate) plant: Plant,
}

impl Program {
    /// A program for Postgres.
    pub(crate) fn new(files: &[(&str, &str)]) -> Program {
        Program::on(Engine::Postgres, files)
    }

    pub(crate) fn on(engine: Engine, files: &[(&str, &str)]) -> Program {
        let migrations = history_in(engine.spec().dialect, files);
        let names = migrations.iter().flat_map(|migration| {
            let version = migration.version().to_owned();
            (1..=migration.up().statements().len()).map(move |number| format!("{version}.{number}"))
        });
        let names = names.collect();
        let transactional = migrations.iter().all(|migration| migration.up().transactional());
        Program { engine, migrations, names, transactional, plant: Plant::None }
    }

    /// The same with a defect.
    pub(crate) fn with(self, plant: Plant) -> Program {
        Program { plant, ..self }
    }

    pub(super) fn layer(&self) -> Layer {
        Layer { plant: self.plant, kept: None }
    }
}

/// What stands between the library and its connection: nothing, or a defect that lets the run act as if the
/// library had it.
#[derive(Default)]
pub(super) struct Layer {
    plant: Plant,
    /// What the defect has kept back.
    kept: Option<String>,
}

impl Layer {
    /// The messages that are sent for one.
    pub(super) fn sends(&mut self, sql: &str) -> Vec<String> {
        self.plant.sends(sql, &mut self.kept)
    }

    /// What the library hears of the answer to the last of them.
    pub(super) fn hears(&mut self, sql: &str, answer: Result<Rows, DbError>) -> Result<Rows, DbError> {
        self.plant.hears(sql, answer, &mut self.kept)
    }
}
