//! The page says what the code does.

use mesto_rules::rides::fares::FILES;

#[test]
fn the_page_names_every_file_that_is_read() {
    let page = include_str!("../../../../../docs/fares.md");
    for file in FILES {
        assert!(page.contains(&format!("`{file}`")), "{file}");
    }
}
