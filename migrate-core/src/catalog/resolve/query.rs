//! Queries: what they read from, and the columns they give.

use super::{Columns, Resolver, Row, Scope};
use crate::ast::{Cte, FromItem, Output, Query, Source};

/// The columns of a result: `None` when their number is not known, and of each the name if it has one.
pub(in crate::catalog) type Outputs = Option<Vec<Option<String>>>;

impl Resolver<'_> {
    /// Every name in a query must stand for something. Gives the columns of its result.
    pub(in crate::catalog) fn query(&mut self, query: &Query, parent: Option<&Scope<'_>>) -> Outputs {
        let mut around = Scope::inside(parent);
        around.opaque = false;
        self.ctes(&query.ctes, query.recursive, &mut around);
        let mut scope = Scope::inside(Some(&around));
        scope.opaque = query.opaque;
        self.opaque |= query.opaque;
        self.sources(&query.from, &mut scope);

        let mut outputs: Outputs = Some(Vec::new());
        for output in &query.outputs {
            let given = self.output(output, &scope);
            outputs = match (outputs, given) {
                (Some(mut all), Some(given)) => {
                    all.extend(given);
                    Some(all)
                }
                _ => None,
            };
        }
        if query.opaque {
            outputs = None;
        }
        let written = query.outputs.iter().filter_map(|output| match output {
            Output::Expression { name: Some(name), .. } => Some(name.clone()),
            _ => None,
        });
        scope.outputs = outputs.iter().flatten().flatten().cloned().chain(written).collect();
        for expression in &query.expressions {
            self.expression(expression, &scope);
        }
        for branch in &query.branches {
            let given = self.query(branch, Some(&around));
            if let (Some(first), Some(given)) = (&outputs, &given)
                && first.len() != given.len()
                && !first.is_empty()
                && !given.is_empty()
            {
                let message = format!(
                    "each part of a combined query must have as many columns as the first: {} and {}",
                    first.len(),
                    given.len()
                );
                if let Some(span) = branch.span.or(query.span) {
                    self.report("wrong-count", true, span, message);
                }
            }
        }
        if outputs.as_ref().is_some_and(Vec::is_empty) {
            // VALUES, or outputs that were not read: the number is not known here.
            outputs = None;
        }
        for expression in &query.order {
            self.expression(expression, &scope);
        }
        outputs
    }

    pub(in crate::catalog) fn ctes(&mut self, ctes: &[Cte], recursive: bool, around: &mut Scope<'_>) {
        for cte in ctes {
            let listed: Vec<String> = cte.columns.iter().map(|column| column.text.clone()).collect();
            if recursive {
                let own = if listed.is_empty() { Columns::Unknown } else { Columns::Known(listed.clone()) };
                around.ctes.push((cte.name.text.clone(), own));
            }
            let given = cte.query.as_ref().and_then(|query| self.query(query, Some(around)));
            let columns = renamed(names(given), &listed);
            if recursive {
                around.ctes.pop();
            }
            around.ctes.push((cte.name.text.clone(), columns));
        }
    }

    /// Adds what stands in FROM to a level.
    pub(in crate::catalog) fn sources(&mut self, from: &[FromItem], scope: &mut Scope<'_>) {
        for item in from {
            let listed: Vec<String> = item.columns.iter().map(|column| column.text.clone()).collect();
            let alias = item.alias.as_ref().map(|alias| alias.text.clone());
            let row = match &item.source {
                Source::Table(name) => {
                    let own = alias.clone().unwrap_or_else(|| name.last.text.clone());
                    let cte =
                        name.qualifiers.is_empty().then(|| scope.cte(&name.last.text).cloned()).flatten();
                    match cte {
                        Some(columns) => {
                            Row { name: Some(own), relation: None, columns: renamed(columns, &listed) }
                        }
                        None => {
                            let relation = self.relation(name);
                            let columns =
                                relation.as_ref().map_or(Columns::Unknown, |key| self.columns_of(key));
                            Row { name: Some(own), relation, columns: renamed(columns, &listed) }
                        }
                    }
                }
                Source::Query(query) => {
                    let given = self.query(query, Some(scope));
                    Row { name: alias, relation: None, columns: renamed(names(given), &listed) }
                }
                Source::Function(name, arguments) => {
                    self.called.push(name.clone());
                    for argument in arguments {
                        self.expression(argument, scope);
                    }
                    let own = alias.or_else(|| Some(name.last.text.clone()));
                    Row { name: own, relation: None, columns: renamed(Columns::Unknown, &listed) }
                }
                Source::Unknown => {
                    if item.alias.is_none() {
                        scope.opaque = true;
                    }
                    Row { name: alias, relation: None, columns: renamed(Columns::Unknown, &listed) }
                }
            };
            if item.natural {
                scope.merged = None;
            } else if let Some(merged) = &mut scope.merged {
                merged.extend(item.using.iter().map(|column| column.text.clone()));
            }
            scope.rows.push(row);
        }
        for column in from.iter().flat_map(|item| &item.using) {
            let known = scope.rows.iter().all(|row| row.columns.complete());
            let holders =
                scope.rows.iter().filter(|row| self.catalog.rules().among(&column.text, row.columns.names()));
            if known && holders.count() == 0 {
                let message = format!("column `{}` does not exist in the joined tables", column.text);
                self.report("unknown-column", true, column.span, message);
            }
        }
    }

    pub(in crate::catalog) fn output(&mut self, output: &Output, scope: &Scope<'_>) -> Outputs {
        let all = |row: &Row| match &row.columns {
            Columns::Known(names) => Some(names.iter().cloned().map(Some).collect::<Vec<_>>()),
            _ => None,
        };
        match output {
            Output::Expression { name, expression } => {
                self.expression(expression, scope);
                Some(vec![name.clone()])
            }
            Output::All => {
                if scope.opaque || scope.rows.is_empty() {
                    return None;
                }
                self.use_all(scope.rows.iter());
                let merged = scope.merged.as_ref()?;
                let mut names: Vec<Option<String>> = Vec::new();
                for row in &scope.rows {
                    for name in all(row)? {
                        let twice =
                            name.as_ref().is_some_and(|name| self.catalog.rules().among(name, merged));
                        if !(twice && names.contains(&name)) {
                            names.push(name);
                        }
                    }
                }
                Some(names)
            }
            Output::AllOf(name) => {
                let table = &name.last.text;
                let row = scope
                    .chain()
                    .flat_map(|level| &level.rows)
                    .find(|row| row.name.as_ref().is_some_and(|row| row.eq_ignore_ascii_case(table)));
                let Some(row) = row else {
                    let sure = scope.chain().all(|level| !level.opaque);
                    if sure {
                        let message = format!("`{table}` is not a table of this query");
                        self.report("unknown-table", true, name.last.span, message);
                    }
                    return None;
                };
                self.use_all(std::iter::once(row));
                all(row)
            }
        }
    }

    fn use_all<'r>(&mut self, rows: impl Iterator<Item = &'r Row>) {
        for row in rows {
            if let Some(key) = &row.relation {
                self.uses.entry(key.clone()).or_default().extend(row.columns.names().iter().cloned());
            }
        }
    }
}

/// The columns of a result as a source of names.
fn names(outputs: Outputs) -> Columns {
    match outputs {
        Some(outputs) => {
            let complete = outputs.iter().all(Option::is_some);
            let names =
                outputs.into_iter().map(|name| name.unwrap_or_else(|| "?column?".to_owned())).collect();
            if complete { Columns::Known(names) } else { Columns::AtLeast(names) }
        }
        None => Columns::Unknown,
    }
}

/// The first columns under other names.
fn renamed(columns: Columns, listed: &[String]) -> Columns {
    if listed.is_empty() {
        return columns;
    }
    let over = |mut names: Vec<String>| {
        for (at, name) in listed.iter().enumerate() {
            match names.get_mut(at) {
                Some(place) => place.clone_from(name),
                None => names.push(name.clone()),
            }
        }
        names
    };
    match columns {
        Columns::Known(names) => Columns::Known(over(names)),
        Columns::AtLeast(names) => Columns::AtLeast(over(names)),
        Columns::Unknown => Columns::AtLeast(listed.to_vec()),
    }
}
