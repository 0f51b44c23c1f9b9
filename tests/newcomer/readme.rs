//! The README does what it says: its snippets, pasted as they are into a new package.

use std::fs;

use crate::outside::{Outside, checkout};

/// A block between fences.
struct Snippet {
    language: String,
    /// The file that the line before names in backticks.
    file: Option<String>,
    text: String,
}

fn snippets(markdown: &str) -> Vec<Snippet> {
    let mut all = Vec::new();
    let mut before = "";
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let text: String =
                lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
            let named = before.split('`').nth(1).filter(|name| name.contains('.')).map(str::to_owned);
            all.push(Snippet { language: language.to_owned(), file: named, text });
            before = "";
        } else if !line.trim().is_empty() {
            before = line;
        }
    }
    all
}

#[test]
fn the_readme_works_for_a_newcomer() {
    let readme = fs::read_to_string(checkout().join("README.md")).expect("there is a README");
    let snippets = snippets(&readme);
    let of = |language: &str| {
        snippets.iter().filter(move |snippet| snippet.language == language).collect::<Vec<_>>()
    };
    let [manifest] = of("toml")[..] else { panic!("one block is for Cargo.toml") };
    let [first, wrong] = of("sql")[..] else { panic!("two blocks are migrations") };
    let [refused, failed] = of("text")[..] else { panic!("two blocks are errors") };

    let mut outside = Outside::new();
    outside.package("shop", "--bin");
    let patch = format!("\n[patch.crates-io]\nmigrate-rs = {{ path = {:?} }}\n", checkout());
    outside.dependencies("shop", &format!("{}{patch}", manifest.text));
    let write = |snippet: &Snippet, text: &str| {
        outside
            .write(&format!("shop/{}", snippet.file.as_ref().expect("the line before names the file")), text);
    };
    write(first, &first.text);
    let rust = of("rust");
    assert_eq!(rust.iter().filter(|snippet| snippet.file.is_some()).count(), 2, "main.rs and build.rs");
    for (number, snippet) in rust.into_iter().enumerate() {
        match snippet.file {
            Some(_) => write(snippet, &snippet.text),
            // One that shows a part of a program must compile.
            None => outside.write(
                &format!("shop/examples/snippet_{number}.rs"),
                &format!("{}\nfn main() {{}}\n", snippet.text),
            ),
        }
    }

    let built = outside.succeeds("shop", &["build", "--bins", "--examples"]);
    assert!(!built.stderr.contains("warning"), "{}", built.stderr);
    let run = outside.succeeds("shop", &["run", "--quiet"]).stdout;
    assert!(run.contains("create_customers") && run.contains("1 migration applied in "), "{run}");
    let run = outside.succeeds("shop", &["run", "--quiet"]).stdout;
    assert!(run.starts_with("nothing was pending ("), "{run}");

    // A new file, and the program that was built without it.
    write(wrong, &wrong.text);
    let stale = outside.run_as_built("shop");
    let folder = outside.path("shop/migrations");
    let said = format!(
        "this binary is stale: 1 file (0002_create_orders.sql) in {} is not embedded",
        folder.display()
    );
    assert!(!stale.status.success() && stale.stderr.contains(&said), "{}", stale.stderr);
    assert!(stale.stderr.contains("nothing was run"), "{}", stale.stderr);

    // cargo builds again by itself, thanks to build.rs.
    let build = outside.cargo("shop", &["build", "--quiet"]);
    assert!(!build.status.success() && build.stderr.contains(&refused.text), "{}", build.stderr);

    write(wrong, &wrong.text.replace("id FROM costumers", "max(id) FROM customers"));
    let run = outside.cargo("shop", &["run", "--quiet"]);
    assert!(!run.status.success() && run.stderr.contains(&failed.text), "{}", run.stderr);

    write(wrong, &wrong.text.replace("costumers", "customers"));
    let run = outside.succeeds("shop", &["run", "--quiet"]).stdout;
    assert!(run.contains("create_orders") && run.contains("1 migration applied in "), "{run}");
}

#[test]
fn the_broken_example_shows_what_the_compiler_says() {
    let mut outside = Outside::new();
    outside.package("broken", "--bin");
    let example = checkout().join("examples/broken");
    for relative in ["Cargo.toml", "src/main.rs"] {
        let text = fs::read_to_string(example.join(relative)).expect("the example is there");
        outside.write(&format!("broken/{relative}"), &text.replace("../..", &checkout().to_string_lossy()));
    }
    for file in fs::read_dir(example.join("migrations")).expect("it can be listed") {
        let file = file.expect("it can be listed").path();
        let name = file.file_name().expect("it has a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).expect("it is text");
        outside.write(&format!("broken/migrations/{name}"), &text);
    }
    let checked = outside.cargo("broken", &["check", "--quiet"]);
    assert!(!checked.status.success());
    let golden = checkout().join("tests/newcomer/broken.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&golden, &checked.stderr).expect("the checkout can be written to");
    }
    let expected = fs::read_to_string(&golden).expect("the golden file is there");
    assert_eq!(checked.stderr, expected, "UPDATE_GOLDEN=1 accepts it");
}
