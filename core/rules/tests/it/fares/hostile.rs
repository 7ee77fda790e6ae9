//! A feed that was made to do harm, or is no feed.

use super::{FEED, feed};
use mesto_rules::rides::fares::{FILES, read};
use proptest::prelude::*;
use std::collections::BTreeMap;

#[test]
fn four_kilobytes_of_anything_are_refused_with_their_file() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for file in FILES {
        let bytes: Vec<u8> = (0..4_096)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state.to_le_bytes()[0]
            })
            .collect();
        let mut files: BTreeMap<String, Vec<u8>> =
            feed(&[]).into_iter().map(|(file, text)| (file, text.into_bytes())).collect();
        files.insert((*file).to_owned(), bytes);
        let errors = read(&files).unwrap_err();
        assert!(errors.iter().any(|error| error.file == *file && error.reason.contains("UTF-8")), "{file}: {errors:?}");
    }
}

#[test]
fn a_file_in_another_encoding_is_told_by_its_row() {
    let mut files: BTreeMap<String, Vec<u8>> =
        feed(&[]).into_iter().map(|(file, text)| (file, text.into_bytes())).collect();
    files.insert("areas.txt".into(), b"area_id,area_name\ncentre,Centre\nsuburb,\xc0\xe1\nair,\n".to_vec());
    let errors = read(&files).unwrap_err();
    assert_eq!((errors[0].file.as_str(), errors[0].row), ("areas.txt", 3));
    let utf16: Vec<u8> = "area_id\ncentre\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    files.insert("areas.txt".into(), [b"\xff\xfe".to_vec(), utf16].concat());
    assert_eq!(read(&files).unwrap_err()[0].row, 1);
    files.insert("areas.txt".into(), Vec::new());
    assert!(read(&files).unwrap_err().iter().any(|error| error.reason.contains("empty")));
}

#[test]
fn huge_fields_and_numbers_are_refused_in_few_words() {
    let long = "x".repeat(1_000_000);
    let digits = "9".repeat(100_000);
    for (file, text) in [
        ("areas.txt", format!("area_id,area_name\n{long},a\n")),
        ("areas.txt", format!("{long}\na\n")),
        ("areas.txt", format!("area_id{}\na\n", ",x".repeat(100_000))),
        ("fare_products.txt", format!("fare_product_id,amount,currency\nsingle,{digits}.00,KZT\n")),
        ("fare_products.txt", format!("fare_product_id,amount,currency\nsingle,0.{digits},{long}\n")),
        (
            "fare_transfer_rules.txt",
            format!("transfer_count,duration_limit,duration_limit_type,fare_transfer_type\n{digits},{digits},1,0\n"),
        ),
        ("fare_leg_rules.txt", format!("fare_product_id,rule_priority\nsingle,{digits}\n")),
        (
            "timeframes.txt",
            format!("timeframe_group_id,start_time,end_time,service_id\npeak,{digits}:00:00,24:00:00,daily\n"),
        ),
        ("calendar_dates.txt", format!("service_id,date,exception_type\nfeast,{digits},1\n")),
    ] {
        let errors = read(&feed(&[(file, &text)])).unwrap_err();
        let told: usize = errors.iter().map(|error| error.to_string().len()).sum();
        assert!(errors.iter().any(|error| error.file == file) && told < 20_000, "{file}: {told} bytes");
    }
}

#[test]
fn the_longest_limit_of_time_is_kept_without_an_overflow() {
    let text = format!(
        "from_leg_group_id,to_leg_group_id,transfer_count,duration_limit,duration_limit_type,fare_transfer_type\n\
                        bus,bus,4294967295,{},1,0\n",
        u64::MAX
    );
    let fares = super::fares(&[("fare_transfer_rules.txt", &text)]);
    let legs = [super::ride("12", "north", "south"), super::after(600, super::ride("12", "north", "south"))];
    assert_eq!(fares.journey(&legs, &super::by_card()).ways[0].total, super::kzt("120.00"));
}

proptest! {
    /// Files with bytes put in, taken out and changed are read or refused, never more.
    #[test]
    fn altered_files_are_read_or_refused(
        file in 0..FEED.len(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), prop::option::of(prop_oneof![
            prop::sample::select(b"\",\n\r\t 0-.\xef\xbb\xbf".to_vec()), any::<u8>()
        ])), 1..20),
    ) {
        let mut files: BTreeMap<String, Vec<u8>> =
            feed(&[]).into_iter().map(|(file, text)| (file, text.into_bytes())).collect();
        let bytes = files.get_mut(FEED[file].0).unwrap();
        for (place, byte) in edits {
            let place = place.index(bytes.len() + 1);
            match byte {
                Some(byte) => bytes.insert(place, byte),
                None => { bytes.truncate(bytes.len().max(1) - usize::from(place % 3 == 0)); }
            }
        }
        match read(&files) {
            Ok(fares) => {
                let text = serde_json::to_string(&fares).unwrap();
                prop_assert_eq!(mesto_rules::from_json::<mesto_rules::rides::fares::Fares>(text.as_bytes()).unwrap(), fares);
            }
            Err(errors) => {
                prop_assert!(!errors.is_empty() && errors.is_sorted());
                prop_assert!(errors.iter().all(|error| error.row >= 1 && FILES.contains(&error.file.as_str())));
            }
        }
    }
}
