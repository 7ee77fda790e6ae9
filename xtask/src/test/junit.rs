//! Test reports in JUnit XML, as Maven's surefire, Swift Testing and pytest write them: how many
//! tests ran, which failed, and which test files had none.

use std::path::PathBuf;

use super::counts::Counts;
use super::failures::Failed;
use crate::clauses::names::{Language, tests_in};
use crate::failure::{About, Outcome};

/// The tests of a run.
#[derive(Debug, Default)]
pub struct Report {
    cases: Vec<Case>,
}

/// `<testcase>`.
#[derive(Debug)]
struct Case {
    /// The class or suite, qualified: `city.mesto.sdk.MestoTest`, `MestoKitTests.ModelTests`; the
    /// module alone for a test in no suite.
    suite: String,
    name: String,
    /// Only pytest names it, from the repository's root.
    file: Option<String>,
    is_skipped: bool,
    /// What went wrong, line by line; empty for a test that passed.
    said: Vec<String>,
}

/// Folders that a run fills with reports.
pub struct Folders(pub Vec<PathBuf>);

impl Folders {
    /// Makes them, and empty: what an earlier run left is no report of this one.
    pub fn empty(&self) -> Outcome<()> {
        for folder in &self.0 {
            if folder.exists() {
                std::fs::remove_dir_all(folder).about(folder.display())?;
            }
            std::fs::create_dir_all(folder).about(folder.display())?;
        }
        Ok(())
    }

    pub fn read(&self) -> Outcome<Report> {
        let mut report = Report::default();
        for folder in &self.0 {
            let mut files = Vec::new();
            for entry in std::fs::read_dir(folder).about(folder.display())? {
                files.push(entry?.path());
            }
            files.sort();
            for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "xml")) {
                let text = std::fs::read_to_string(file).about(file.display())?;
                report.add(&text).about(file.display())?;
            }
        }
        Ok(report)
    }
}

impl Report {
    fn add(&mut self, xml: &str) -> Result<(), roxmltree::Error> {
        let document = roxmltree::Document::parse(xml)?;
        for case in document.descendants().filter(|node| node.has_tag_name("testcase")) {
            let attribute = |name| case.attribute(name).unwrap_or_default().to_owned();
            let suite = attribute("classname");
            let failures = case.children().filter(|node| node.has_tag_name("failure") || node.has_tag_name("error"));
            let said = failures
                .flat_map(|node| {
                    words(node.attribute("message").unwrap_or_default(), node.text().unwrap_or_default(), &suite)
                })
                .collect();
            let is_skipped = case.children().any(|node| node.has_tag_name("skipped"));
            let file = case.attribute("file").map(str::to_owned);
            self.cases.push(Case { suite, name: attribute("name"), file, is_skipped, said });
        }
        Ok(())
    }

    pub fn counts(&self) -> Counts {
        let skipped = self.cases.iter().filter(|case| case.is_skipped).count();
        let ran = self.cases.len() - skipped;
        Counts { ran: u64::try_from(ran).unwrap_or(u64::MAX), skipped: u64::try_from(skipped).unwrap_or(u64::MAX) }
    }

    pub fn failed(&self) -> Vec<Failed> {
        let failed = self.cases.iter().filter(|case| !case.said.is_empty());
        failed.map(|case| Failed { name: case.shown(), said: case.said.clone() }).collect()
    }

    /// Test files that none of the tests is in, as a complaint: all of theirs were lost on the way.
    /// `sources` are files by their paths; what is no test file among them helps others and has
    /// no tests.
    pub fn silent<'s>(
        &self,
        language: Language,
        sources: impl IntoIterator<Item = (&'s String, &'s String)>,
    ) -> Option<String> {
        let mut silent = Vec::new();
        for (file, text) in sources {
            let tests: Vec<String> = tests_in(language, text).into_iter().map(|test| test.name).collect();
            let is_test_file = !tests.is_empty() || is_named_as_tests(language, file);
            if is_test_file && !self.cases.iter().any(|case| case.is_in(language, file, text, &tests)) {
                silent.push(file.as_str());
            }
        }
        (!silent.is_empty()).then(|| format!("no test ran of: {}", silent.join(", ")))
    }
}

impl Case {
    /// `ModelTests.aDoubleTapBuysOnce()`.
    fn shown(&self) -> String {
        let words = [self.suite.rsplit('.').next().unwrap_or_default(), &self.name];
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(".")
    }

    /// Whether the test lies in this file, which declares the functions `tests`.
    fn is_in(&self, language: Language, file: &str, text: &str, tests: &[String]) -> bool {
        let (outer, suite) = self.suite.rsplit_once('.').unwrap_or((&self.suite, ""));
        match language {
            Language::Python => self.file.as_deref() == Some(file),
            // `city.mesto.sdk.MestoTest$Inner` is in a file of that package which declares the
            // class.
            Language::Kotlin => {
                let class = suite.split('$').next().unwrap_or_default();
                file.contains(&format!("/{}/", outer.replace('.', "/"))) && declares(text, class)
            }
            // `MestoKitTests.ModelTests` and `aDoubleTapBuysOnce()`; for a test in no suite, the
            // target alone.
            Language::Swift => {
                let target = self.suite.split('.').next().unwrap_or_default();
                let name = self.name.split('(').next().unwrap_or_default();
                file.contains(&format!("/{target}/"))
                    && tests.iter().any(|test| test == name)
                    && (suite.is_empty() || declares(text, suite))
            }
            Language::Rust => false,
        }
    }
}

/// A file that by its name has tests, whether it declares any or not.
fn is_named_as_tests(language: Language, file: &str) -> bool {
    let stem = file.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default();
    match language {
        Language::Kotlin => stem.ends_with("Test"),
        Language::Swift => stem.ends_with("Tests"),
        Language::Python => stem.starts_with("test_"),
        Language::Rust => false,
    }
}

/// Whether a text declares a type of this name.
fn declares(text: &str, name: &str) -> bool {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    words.windows(2).any(|pair| matches!(pair, ["class" | "struct" | "actor" | "enum", declared] if *declared == name))
}

/// A failure's message, its first line beginning with the place where that is known: surefire and
/// pytest have it in the way there (`text`), Swift Testing does not write it.
fn words(message: &str, text: &str, suite: &str) -> Vec<String> {
    let of_java = text.lines().find_map(|line| {
        let line = line.trim_start().strip_prefix("at ").filter(|line| line.starts_with(suite))?;
        line.rsplit_once('(')?.1.strip_suffix(')')
    });
    // `bindings/python/tests/test_link.py:7: AssertionError`
    let of_python = || {
        let (place, _) = text.lines().next_back()?.rsplit_once(": ")?;
        place.rsplit_once(':').is_some_and(|(_, line)| line.parse::<u32>().is_ok()).then_some(place)
    };
    let place = of_java.or_else(of_python).map_or_else(String::new, |place| format!("{place}: "));
    // Where pytest could not even begin, its message does not say why; these lines always do.
    let marked: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("E ")).map(str::trim).collect();
    let said = if marked.is_empty() { message.lines().collect() } else { marked };
    let mut lines: Vec<String> = said.into_iter().filter(|line| !line.is_empty()).map(str::to_owned).collect();
    match lines.first_mut() {
        Some(first) => first.insert_str(0, &place),
        None => lines.push(format!("{place}failed")),
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUREFIRE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0.2" name="a.LifeTest" time="0.716" tests="8" errors="1" skipped="2" failures="2" flakes="0">
  <properties><property name="java.version" value="17"/></properties>
  <testcase name="thrown" classname="a.LifeTest" time="0.169">
    <error message="no such" type="java.io.IOException"><![CDATA[java.io.IOException: no such
	at java.base/java.lang.reflect.Method.invoke(Method.java:569)
	at a.LifeTest.thrown(LifeTest.java:9)
]]></error>
  </testcase>
  <testcase name="assumed" classname="a.LifeTest"><skipped type="org.opentest4j.TestAbortedException"><![CDATA[...]]></skipped></testcase>
  <testcase name="ok" classname="a.LifeTest" time="0.001"><system-out><![CDATA[said]]></system-out></testcase>
  <testcase name="off" classname="a.LifeTest" time="0.0"><skipped message="why not"/></testcase>
  <testcase name="wrong" classname="a.LifeTest" time="0.005">
    <failure message="they differ ==&gt; expected: &lt;&lt;a&gt;&#10;1&gt; but was: &lt;b&gt;" type="org.opentest4j.AssertionFailedError"><![CDATA[org.opentest4j.AssertionFailedError:
	at a.LifeTest$wrong$1.invokeSuspend(LifeTest.java:8)
]]></failure>
  </testcase>
  <testcase name="deep" classname="a.LifeTest$Inner" time="0.007"/>
  <testcase name="" classname="a.SetupTest" time="0.245"><error type="java.lang.IllegalStateException"/></testcase>
</testsuite>"#;

    const SWIFT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="TestResults" errors="0" tests="4" failures="3" skipped="1" time="0.003443841">
    <testcase classname="LibTests" name="freeFails()" time="0.001371073">
      <failure message="Expectation failed: (one() &#8594; 1) == 2: they &lt;differ&gt;" />
    </testcase>
    <testcase classname="LibTests.Inner.Deeper" name="deep()" time="7.3359e-05" />
    <testcase classname="LibTests.Inner" name="twice(_:)" time="0.000142733">
      <failure message="Expectation failed: (one() &#8594; 1) == 2" />
      <failure message="Caught error: CancellationError()" />
    </testcase>
    <testcase classname="LibTests" name="off()" time="0.003009745"><skipped>why not</skipped></testcase>
  </testsuite>
</testsuites>"#;

    const PYTEST: &str = r#"<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests">
<testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4" time="0.114">
<testcase classname="tests.test_x.Life" name="test_a" file="tests/test_x.py" line="2" time="0.046">
<failure message="AssertionError: Lists differ: [1] != [2]&#10;&#10;- [1]">self = &lt;test_x.Life testMethod=test_a&gt;
E               AssertionError: Lists differ: [1] != [2]
E               - [1]

tests/test_x.py:7: AssertionError</failure></testcase>
<testcase classname="tests.test_x.Life" name="test_off" file="tests/test_x.py" line="7"><skipped type="pytest.skip" message="why not">tests/test_x.py:8: why not</skipped></testcase>
<testcase classname="tests.test_x.Life" name="test_ok" file="tests/test_x.py" line="12" time="0.000" />
<testcase classname="" name="tests.test_broken" file="tests/test_broken.py" time="0.000"><error message="collection failure">ImportError
E   ModuleNotFoundError: No module named 'nowhere'</error></testcase>
</testsuite></testsuites>"#;

    fn report(xml: &str) -> Report {
        let mut report = Report::default();
        report.add(xml).unwrap();
        report
    }

    fn counts(xml: &str) -> (u64, u64) {
        let Counts { ran, skipped } = report(xml).counts();
        (ran, skipped)
    }

    fn failed(xml: &str) -> Vec<(String, Vec<String>)> {
        report(xml).failed().into_iter().map(|test| (test.name, test.said)).collect()
    }

    fn test(name: &str, said: &[&str]) -> (String, Vec<String>) {
        (name.to_owned(), said.iter().map(|&line| line.to_owned()).collect())
    }

    fn silent(xml: &str, language: Language, sources: &[(&str, &str)]) -> Option<String> {
        let sources: Vec<(String, String)> =
            sources.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
        report(xml).silent(language, sources.iter().map(|(file, text)| (file, text)))
    }

    #[test]
    fn tests_are_counted_and_skipped_ones_apart() {
        assert_eq!(counts(SUREFIRE), (5, 2));
        assert_eq!(counts(SWIFT), (3, 1));
        assert_eq!(counts(PYTEST), (3, 1));
        assert_eq!(counts("<testsuites/>"), (0, 0));
        assert!(Report::default().add("<testsuites><testcase").is_err(), "half a report");
    }

    #[test]
    fn a_failed_test_tells_its_place_and_its_words() {
        let surefire = [
            test("LifeTest.thrown", &["LifeTest.java:9: no such"]),
            test("LifeTest.wrong", &["LifeTest.java:8: they differ ==> expected: <<a>", "1> but was: <b>"]),
            test("SetupTest", &["failed"]),
        ];
        assert_eq!(failed(SUREFIRE), surefire);
        let swift = [
            test("LibTests.freeFails()", &["Expectation failed: (one() → 1) == 2: they <differ>"]),
            test("Inner.twice(_:)", &["Expectation failed: (one() → 1) == 2", "Caught error: CancellationError()"]),
        ];
        assert_eq!(failed(SWIFT), swift);
        let pytest = [
            test("Life.test_a", &["tests/test_x.py:7: AssertionError: Lists differ: [1] != [2]", "- [1]"]),
            test("tests.test_broken", &["ModuleNotFoundError: No module named 'nowhere'"]),
        ];
        assert_eq!(failed(PYTEST), pytest);
    }

    #[test]
    fn a_kotlin_file_none_of_whose_tests_ran_is_named() {
        let life = "class LifeTest {\n @Test fun ok() {}\n class Inner {}\n}";
        assert_eq!(silent(SUREFIRE, Language::Kotlin, &[("x/a/LifeTest.kt", life), ("x/a/Testbed.kt", "")]), None);
        let lost = silent(
            SUREFIRE,
            Language::Kotlin,
            &[
                ("x/a/OtherTest.kt", ""),
                ("x/a/Others.kt", "class Others {\n@Test fun ok() {}\n}"),
                ("x/b/LifeTest.kt", life),
            ],
        );
        assert_eq!(lost.as_deref(), Some("no test ran of: x/a/OtherTest.kt, x/a/Others.kt, x/b/LifeTest.kt"));
    }

    #[test]
    fn a_swift_file_none_of_whose_tests_ran_is_named() {
        let free = ("T/LibTests/Free.swift", "@Test func freeFails() {}");
        let inner = ("T/LibTests/InnerTests.swift", "@Suite struct Inner {\n@Test func twice(_ n: Int) {}\n}");
        assert_eq!(
            silent(SWIFT, Language::Swift, &[free, inner, ("T/LibTests/Testbed.swift", "struct Testbed {}")]),
            None
        );
        let lost = silent(
            SWIFT,
            Language::Swift,
            &[
                ("T/LibTests/EmptyTests.swift", ""),
                ("T/LibTests/Same.swift", "struct Another {\n@Test func twice(_ n: Int) {}\n}"),
                ("T/OtherTests/Free.swift", free.1),
            ],
        );
        let files = "T/LibTests/EmptyTests.swift, T/LibTests/Same.swift, T/OtherTests/Free.swift";
        assert_eq!(lost, Some(format!("no test ran of: {files}")));
    }

    #[test]
    fn a_python_file_none_of_whose_tests_ran_is_named() {
        let of_file = |file: &str, text: &str| silent(PYTEST, Language::Python, &[(file, text)]);
        assert_eq!(of_file("tests/test_x.py", "def test_a(self): pass"), None);
        assert_eq!(of_file("tests/harness.py", "def play(): pass"), None);
        assert_eq!(of_file("tests/test_y.py", "x = 1").as_deref(), Some("no test ran of: tests/test_y.py"));
        assert_eq!(of_file("tests/more.py", "def test_a(): pass").as_deref(), Some("no test ran of: tests/more.py"));
    }
}
