//! The session that works: made ours before the run, brought back or closed after it.

use super::reading::identify;
use super::{Run, View, end};
use crate::dialect::{Schemas, Spec, fill};
use crate::error::ErrorKind;
use crate::executor::Work;
use crate::history::Tables;
use crate::identity::Identity;
use crate::lock::Lock;
use crate::session::{DbError, Driver, Kind, Session, Value};

/// A session in use.
pub(super) struct Setup<'a, D: Driver> {
    pub(super) work: Work<'a, D>,
    /// Brings a lent session back to how it was.
    pub(super) restore: String,
    /// What the server says that it is.
    pub(super) server: String,
}

/// What preparing a session found out.
pub(super) struct Prepared {
    pub(super) tables: Tables,
    pub(super) lock: Option<Lock>,
    pub(super) actor: String,
    pub(super) reset: String,
    pub(super) set_role: String,
    pub(super) set_role_for_now: String,
    pub(super) foreign_keys: bool,
    pub(super) server: String,
}

impl<'a, D: Driver> Run<'a, D> {
    /// Makes the session ours: role, settings, identity. A lent one that cannot be made so is given back as it
    /// was.
    pub(super) async fn set_up(
        &self,
        mut session: D::Session,
        own: bool,
        view: &View,
    ) -> Result<Setup<'a, D>, ErrorKind> {
        let restore = match self.way_back(&mut session, own).await {
            Ok(restore) => restore,
            Err(error) => {
                end(session).await;
                return Err(error);
            }
        };
        match self.prepare(&mut session, own, view).await {
            Ok(prepared) => Ok(Setup {
                restore,
                server: prepared.server,
                work: Work {
                    driver: self.driver,
                    session,
                    spec: self.spec(),
                    tables: prepared.tables,
                    lock: prepared.lock,
                    exclusive: Ok(()),
                    actor: prepared.actor,
                    reset: prepared.reset,
                    set_role: prepared.set_role,
                    set_role_for_now: prepared.set_role_for_now,
                    used: false,
                    foreign_keys: prepared.foreign_keys,
                    deadline: self.deadline(),
                },
            }),
            Err(error) => {
                if !own && session.execute(&restore).await.is_ok() {
                    end(session).await;
                } else {
                    session.discard().await;
                }
                Err(error)
            }
        }
    }

    /// What brings a lent session back to how it is now; nothing for one of our own, which is closed.
    pub(super) async fn way_back(&self, session: &mut D::Session, own: bool) -> Result<String, ErrorKind> {
        if own {
            return Ok(String::new());
        }
        let spec = self.spec();
        // SQLite cannot be asked whether a transaction is open, but it refuses to begin a second one, and then
        // the caller's is untouched.
        if spec.lock.is_none() && session.execute("BEGIN; ROLLBACK").await.is_err() {
            return Err(ErrorKind::InTransaction);
        }
        let identity = identify(spec, session).await?;
        let original = capture(spec, session).await.map_err(setting_up)?;
        Ok(format!("{}{}", clean(spec, &identity)?, spec.restore(&original)))
    }

    pub(super) async fn prepare(
        &self,
        session: &mut D::Session,
        own: bool,
        view: &View,
    ) -> Result<Prepared, ErrorKind> {
        let spec = self.spec();
        if !spec.settings.is_empty() {
            session.execute(spec.settings).await.map_err(setting_up)?;
        }
        if let Some(role) = &self.options.role {
            let Some(template) = spec.set_role else {
                return Err(ErrorKind::Config(format!(
                    "{} has no roles: leave out .set_role(…)",
                    spec.engine
                )));
            };
            let role = spec.identifier(role).map_err(ErrorKind::Config)?;
            session.execute(&fill(template, &[("role", &role)])).await.map_err(setting_up)?;
        }
        if let Some(sql) = &self.options.on_connect {
            session.execute(sql).await.map_err(setting_up)?;
        }
        let identity = identify(spec, session).await?;
        identity.supported(spec.dialect)?;
        if own {
            identity.same_as(&view.boot, self.options.role.is_some())?;
        }
        if identity.read_only {
            return Err(ErrorKind::ReadOnly {
                versions: self.versions(view),
                reason: "it is a replica".to_owned(),
            });
        }
        let schema = self.options.schema.clone().or_else(|| identity.schema.clone());
        let Some(schema) = schema else {
            return Err(ErrorKind::Config(match spec.schemas {
                Schemas::Databases => "the connection has no default database: put its name into the URL, as in \
                                       mysql://user@host/name"
                    .to_owned(),
                _ => "no schema of the search_path exists, so there is no place for tables: create one, or say \
                      .schema(\"…\")"
                    .to_owned(),
            }));
        };
        let captured = capture(spec, session).await.map_err(setting_up)?;
        let own_too = if own { spec.reset_own } else { "" };
        let reset = format!("{}{own_too}{}", clean(spec, &identity)?, spec.restore(&captured));
        Ok(Prepared {
            tables: self.tables(Some(&schema))?,
            lock: Lock::new(spec, identity.database.as_deref().unwrap_or_default(), &schema),
            set_role: match spec.schemas {
                Schemas::SearchPath => {
                    named(spec, &identity, "SET SESSION AUTHORIZATION {login}; SET ROLE {role}; ")?
                }
                _ => String::new(),
            },
            set_role_for_now: match spec.schemas {
                Schemas::SearchPath => named(
                    spec,
                    &identity,
                    "SET LOCAL statement_timeout = 0; SET TRANSACTION READ WRITE; SET LOCAL SESSION AUTHORIZATION {login}; SET LOCAL ROLE {role}; ",
                )?,
                _ => String::new(),
            },
            foreign_keys: captured.iter().any(|(name, value)| name == "foreign_keys" && value == "1"),
            reset,
            actor: identity.user.unwrap_or_default(),
            server: identity.server,
        })
    }

    /// Ends the working session: closing it is what lets go of the lock. A lent one that does everything is
    /// first brought back to how it was.
    pub(super) async fn close(&self, setup: Setup<'a, D>, own: bool) {
        let Setup { mut work, restore, server: _ } = setup;
        if own {
            // Closing lets go as well, but the server notices that in its own time, and others are waiting.
            if let Some(lock) = &work.lock {
                lock.end(&mut work.session).await;
            }
            let _ = work.session.close().await;
            return;
        }
        work.roll_back().await;
        let mut clean = work.session.execute(&restore).await.is_ok();
        if let Some(lock) = &work.lock {
            // Not ours to release when the wait for it ended without it; the answer is of no consequence then.
            clean &= lock.release(&mut work.session).await.is_ok();
        }
        if clean && !(self.options.use_connection && work.lock.is_some()) {
            end(work.session).await;
        } else {
            work.session.discard().await;
        }
    }
}

/// Names and values of what a script may change in the session.
pub(super) async fn capture<S: Session>(
    spec: &Spec,
    session: &mut S,
) -> Result<Vec<(String, String)>, DbError> {
    let rows = session.query(spec.capture, &[Kind::Text, Kind::Text]).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| match <[Value; 2]>::try_from(row) {
            Ok([Value::Text(name), Value::Text(value)]) => Some((name, value)),
            _ => None,
        })
        .collect())
}

/// What undoes what a script may have left in the session of `identity`.
pub(super) fn clean(spec: &Spec, identity: &Identity) -> Result<String, ErrorKind> {
    named(spec, identity, spec.reset)
}

/// `template` with the user that connected, the current one and the database filled in. MySQL's users are no
/// identifiers and its templates name none.
pub(super) fn named(spec: &Spec, identity: &Identity, template: &str) -> Result<String, ErrorKind> {
    let name = |name: &Option<String>| name.as_deref().map(|name| spec.identifier(name)).transpose();
    let login = name(&identity.login).unwrap_or_default().unwrap_or_default();
    let role = name(&identity.user).unwrap_or_default().unwrap_or_default();
    let database = name(&identity.database).map_err(ErrorKind::Config)?.unwrap_or_default();
    Ok(fill(template, &[("login", &login), ("role", &role), ("database", &database)]))
}

pub(super) fn setting_up(error: DbError) -> ErrorKind {
    ErrorKind::Connection { doing: "set up the session".to_owned(), error }
}
