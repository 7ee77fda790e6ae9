//! A city's source files: what is wrong is named by file, field and reason; the document reads back
//! the same.

use crate::support::{belgrade, parking};
use mesto_rules::load::{compile, embedded, embedded_files};
use mesto_rules::{City, CityError, Fact};
use serde_json::Value;

/// Belgrade's source files with one passage of one replaced, and what must be said about it: file,
/// field, reason.
const BROKEN: &[(&str, &str, &str, &str, &str, &str)] = &[
    // The text cannot be read.
    ("city.toml", "version = 1", "version = ", "city.toml", "version (line 4)", ""),
    ("city.toml", "version = 1", "version = \"one\"", "city.toml", "version (line 4)", "expected u32"),
    ("city.toml", "version = 1\n", "", "city.toml", "", "missing field `version`"),
    ("city.toml", "version = 1", "version = 1\nmayor = \"X\"", "city.toml", "mayor", "unknown field `mayor`"),
    (
        "parking.toml",
        "more_than_left = \"sell_the_rest\"",
        "more_than_left = \"cut\"",
        "parking.toml",
        "policy.more_than_left",
        "unknown variant `cut`",
    ),
    ("city.toml", "\"RSD\"", "\"DIN\"", "city.toml", "currency", "not a currency code of ISO 4217"),
    (
        "city.toml",
        "from = \"07:00\", until = \"21:00\"",
        "from = \"7\", until = \"21:00\"",
        "city.toml",
        "contacts",
        "not a time of day",
    ),
    (
        "parking-tariff-2025-02-01.toml",
        "value = 80,",
        "value = 80.5,",
        "parking-tariff-2025-02-01.toml",
        "rates.red",
        "money is never a float",
    ),
    (
        "parking-tariff-2025-02-01.toml",
        "value = 80,",
        "value = \"eighty\",",
        "parking-tariff-2025-02-01.toml",
        "rates.red",
        "an amount such as 80",
    ),
    (
        "parking-tariff-2025-02-01.toml",
        "from = \"2025-02-01\"",
        "from = \"2025-02-30\"",
        "parking-tariff-2025-02-01.toml",
        "from",
        "out of range",
    ),
    (
        "parking.toml",
        "stay = { value = \"unlimited\"",
        "stay = { value = \"endless\"",
        "parking.toml",
        "zones.stay",
        "\"unlimited\"",
    ),
    ("sources.toml", "[drawn]", "[drawn", "sources.toml", "line", ""),
    (
        "city.toml",
        "closed_account_days = 30",
        "closed_account_days = = 30",
        "city.toml",
        "retention.closed_account_days (line",
        "",
    ),
    (
        "parking-areas.toml",
        "polygons = [",
        "polygons = [[\"north\", 20.4]], more = [",
        "parking-areas.toml",
        "polygons (line",
        "",
    ),
    // Read, but a value makes no sense.
    (
        "parking-tariff-2025-02-01.toml",
        "value = 80,",
        "value = \"80.005\",",
        "parking-tariff-2025-02-01.toml",
        "rates.red.limited",
        "2 decimals",
    ),
    (
        "parking-tariff-2025-02-01.toml",
        "value = 80, source = \"nova-2025\", ",
        "value = 80, ",
        "parking-tariff-2025-02-01.toml",
        "rates.red.limited",
        "value, source and certainty together",
    ),
    (
        "parking.toml",
        "hours = \"blue\"",
        "hours = \"azure\"",
        "parking.toml",
        "zones.blue.hours",
        "no hours named `azure`",
    ),
    ("calendar.toml", "2026 = ", "mmxxvi = ", "calendar.toml", "easter_sundays.mmxxvi", "a number such as 2026"),
    ("parking-areas.toml", "[white]", "[ghost]", "parking-areas.toml", "ghost", "no such zone"),
    (
        "parking-tariff-2025-02-01.toml",
        "[rates.blue]\n",
        "[rates.blue]\nextended = { unit_minutes = 60, unknown = \"-\" }\n",
        "parking-tariff-2025-02-01.toml",
        "rates.blue.extended",
        "no extended time",
    ),
    // Each value makes sense, but not together.
    ("city.toml", "id = \"belgrade\"", "id = \"Belgrade!\"", "city.toml", "id", "small letters"),
    ("city.toml", "version = 1", "version = 0", "city.toml", "version", "from 1"),
    ("time.toml", "Europe/Belgrade", "Europe/Atlantis", "time.toml", "zone", "`Europe/Atlantis` is not in the IANA"),
    ("wallet.toml", "[200, 500,", "[500, 200,", "wallet.toml", "deposit.values", "must rise"),
    ("wallet.toml", "[200, 500,", "[-200, 500,", "wallet.toml", "deposit.values", "above nought"),
    ("wallet.toml", "[200, 500,", "[\"200.005\", 500,", "wallet.toml", "deposit.values", "2 decimals"),
    (
        "city.toml",
        "quote_ttl_seconds = 120",
        "quote_ttl_seconds = 0",
        "city.toml",
        "quote_ttl_seconds",
        "from 1 to 3600 seconds",
    ),
    (
        "city.toml",
        "quote_ttl_seconds = 120",
        "quote_ttl_seconds = 3601",
        "city.toml",
        "quote_ttl_seconds",
        "from 1 to 3600 seconds",
    ),
    ("parking.toml", "before = [5]", "before = [0]", "parking.toml", "policy.reminder_minutes_before", "1 to 1440"),
    (
        "city.toml",
        "effective_on = \"2023-03-14\"",
        "effective_on = \"2023-03-12\"",
        "city.toml",
        "terms.mobile-application.effective_on",
        "before they are published",
    ),
    ("parking.toml", "body = \"{plate}\"", "body = \"plate\"", "parking.toml", "sms.body", "{plate}"),
    (
        "city.toml",
        "sign_in_days = 30",
        "sign_in_days = 0",
        "city.toml",
        "retention.sign_in_days",
        "from 1 to 3660 days",
    ),
    (
        "orders.toml",
        "source = \"ps-edpk\"",
        "source = \"hearsay\"",
        "orders.toml",
        "policy.discount_from",
        "`hearsay` is not in the list",
    ),
    ("wallet.toml", "fee = { unknown = \"the", "fee = { unknown = \"\" } #", "wallet.toml", "card.fee", "say why"),
    ("parking.toml", "id = \"yellow\"", "id = \"red\"", "parking.toml", "zones.red.id", "two zones"),
    ("parking.toml", "[\"9112\"]", "[\"9111\"]", "parking.toml", "zones.yellow.sign_codes", "also on signs of red"),
    ("parking.toml", "[\"9112\"]", "[\"91 12\"]", "parking.toml", "zones.yellow.sign_codes", "one word"),
    ("parking.toml", "#1565c0", "blue", "parking.toml", "zones.blue.colour", "#d32f2f"),
    ("parking.toml", "value = \"9112\"", "value = \"SMS\"", "parking.toml", "zones.yellow.sms_number", "digits"),
    (
        "parking.toml",
        "from = \"08:00\", until = \"14:00\"",
        "from = \"14:00\", until = \"08:00\"",
        "parking.toml",
        "zones.blue.hours",
        "not before",
    ),
    (
        "parking.toml",
        "{ days = [\"sat\"], from = \"08:00\"",
        "{ days = [\"fri\"], from = \"08:00\"",
        "parking.toml",
        "zones.blue.hours",
        "overlaps",
    ),
    (
        "parking.toml",
        "{ days = [\"sat\"], from = \"08:00\"",
        "{ days = [], from = \"08:00\"",
        "parking.toml",
        "zones.blue.hours",
        "at least one day",
    ),
    (
        "parking.toml",
        "{ limited = 60, extended = 30 }",
        "{ limited = 0, extended = 90 }",
        "parking.toml",
        "zones.red.stay.limited",
        "from 1 to 10080 minutes",
    ),
    (
        "calendar.toml",
        "month = 11, day = 11",
        "month = 11, day = 31",
        "calendar.toml",
        "fixed.7",
        "no day 31 in month 11",
    ),
    ("calendar.toml", "2026-04-12", "2026-04-13", "calendar.toml", "easter_sundays.2026", "not a Sunday"),
    ("plates.toml", "LL DDDD-LL", "LL XXXX-LL", "plates.toml", "forms.1.mask", "use L, D"),
    ("plates.toml", "DDD-[AMPE]-DDD", "DDD-[]-DDD", "plates.toml", "forms.3.mask", "[AMPE]"),
    ("plates.toml", "BG 789-PP", "BG 7-PP", "plates.toml", "example", "not a standard plate"),
    ("plates.toml", "\"Đ\" = \"D\"", "\"Đ\" = \"Dj\"", "plates.toml", "sms_fold.Đ", "plain capitals"),
    ("plates.toml", "min_length = 3", "min_length = 13", "plates.toml", "free", "the smaller first"),
    (
        "parking-areas.toml",
        "[44.8240, 20.4600], [44.8275",
        "[144.8240, 20.4600], [44.8275",
        "parking-areas.toml",
        "white.polygons.0",
        "[latitude, longitude] in degrees",
    ),
    (
        "parking-tariff-2025-02-01.toml",
        "[rates.white]",
        "[rates.pink]",
        "parking-tariff-2025-02-01.toml",
        "rates.pink",
        "no such zone",
    ),
    (
        "parking-tariff-2025-02-01.toml",
        "extended = { unit_minutes = 30, value = 120, source = \"kurir-2025\", certainty = \"second_hand\" }",
        "",
        "parking-tariff-2025-02-01.toml",
        "rates.red",
        "where the longest stay",
    ),
    (
        "parking-tariff-2025-02-01.toml",
        "unit_minutes = 30, value = 120, source = \"nova",
        "unit_minutes = 0, value = 120, source = \"nova",
        "parking-tariff-2025-02-01.toml",
        "rates.a.unit_minutes",
        "1 to 1440",
    ),
    (
        "parking-tariff-2025-02-01.toml",
        "value = 80,",
        "value = -80,",
        "parking-tariff-2025-02-01.toml",
        "rates.red.price",
        "negative",
    ),
    (
        "orders.toml",
        "value = 50,",
        "value = 101,",
        "orders.toml",
        "rates.2022-01-01.discount_percent",
        "from 0 to 100 percent",
    ),
    (
        "parking-tariff-2025-02-01.toml",
        "from = \"2025-02-01\"",
        "from = \"2023-01-04\"",
        "parking-tariff-2025-02-01.toml",
        "from",
        "2023-01-04 begins on the same day",
    ),
    (
        "parking-tariff-2023-01-04.toml",
        "from = \"2023-01-04\"",
        "from = \"2023-01-04\"\nuntil = \"2025-02-02\"",
        "parking-tariff-2023-01-04.toml",
        "until",
        "has begun",
    ),
    (
        "parking-tariff-2023-01-04.toml",
        "from = \"2023-01-04\"",
        "from = \"2023-01-04\"\nuntil = \"2023-01-04\"",
        "parking-tariff-2023-01-04.toml",
        "until",
        "after the beginning",
    ),
    // One way to write a number.
    (
        "parking-tariff-2025-02-01.toml",
        "value = 80,",
        "value = \"80_50\",",
        "parking-tariff-2025-02-01.toml",
        "rates.red",
        "`80_50` is not a decimal amount",
    ),
    (
        "parking-tariff-2025-02-01.toml",
        "value = 80,",
        "value = 80_50,",
        "parking-tariff-2025-02-01.toml",
        "rates.red",
        "`80_50` is to be written in decimal digits alone",
    ),
    (
        "parking-tariff-2025-02-01.toml",
        "value = 80,",
        "value = 0x50,",
        "parking-tariff-2025-02-01.toml",
        "rates.red",
        "`0x50` is to be written in decimal digits alone",
    ),
    (
        "parking-tariff-2025-02-01.toml",
        "value = 80,",
        "value = \"+80\",",
        "parking-tariff-2025-02-01.toml",
        "rates.red",
        "no +, _, exponent or leading zero",
    ),
    (
        "parking-tariff-2025-02-01.toml",
        "value = 80,",
        "value = \"080\",",
        "parking-tariff-2025-02-01.toml",
        "rates.red",
        "leading zero",
    ),
    (
        "parking-tariff-2025-02-01.toml",
        "value = 80,",
        "value = \"8e1\",",
        "parking-tariff-2025-02-01.toml",
        "rates.red",
        "exponent",
    ),
    (
        "parking-tariff-2025-02-01.toml",
        "value = 80,",
        "value = 800000000,",
        "parking-tariff-2025-02-01.toml",
        "rates.red.price",
        "at most 100000000",
    ),
    // A price list is complete or says what it leaves out.
    (
        "parking-tariff-2025-02-01.toml",
        "[rates.blue]\nlimited = { unit_minutes = 60, value = 45, source = \"nova-2025\", certainty = \"second_hand\" }",
        "",
        "parking-tariff-2025-02-01.toml",
        "rates.blue",
        "no price for this zone; give one, or name the zone and the reason in [left_out]",
    ),
    (
        "parking-tariff-2023-01-04.toml",
        "white = \"the zone is newer than this list\"",
        "white = \" \"",
        "parking-tariff-2023-01-04.toml",
        "left_out.white",
        "say why",
    ),
    (
        "parking-tariff-2023-01-04.toml",
        "white = \"the",
        "red = \"the",
        "parking-tariff-2023-01-04.toml",
        "left_out.red",
        "has a price for this zone",
    ),
    (
        "parking-tariff-2023-01-04.toml",
        "white = \"the",
        "pink = \"the",
        "parking-tariff-2023-01-04.toml",
        "left_out.pink",
        "no such zone",
    ),
    // Places, hours and days.
    (
        "parking-areas.toml",
        "[44.8240, 20.4600], [44.8275",
        "[20.4600, 44.8240], [44.8275",
        "parking-areas.toml",
        "white.polygons.0",
        "[20.46, 44.824] is not within 25 km of the city's centre",
    ),
    ("city.toml", "lat = 44.8125", "lat = 91", "city.toml", "centre", "from -90 to 90"),
    ("city.toml", "radius_km = 25", "radius_km = 0", "city.toml", "centre.radius_km", "from 1 to 200 km"),
    ("city.toml", "until = \"21:00\"", "until = \"23:59\"", "city.toml", "contacts.hours", "write until = \"24:00\""),
    (
        "parking.toml",
        "from = \"08:00\", until = \"21:00\"",
        "from = \"08:00\", until = \"23:59\"",
        "parking.toml",
        "zones.blue.hours",
        "write until = \"24:00\"",
    ),
    (
        "calendar.toml",
        "days_from_easter = -2",
        "days_from_easter = -200",
        "calendar.toml",
        "easter.0",
        "from -60 to 80 days",
    ),
    (
        "city.toml",
        "outdated_from = \"2031-01-01\"",
        "outdated_from = \"2040-01-01\"",
        "city.toml",
        "outdated_from",
        "known only until 2036-01-01",
    ),
    // The clock.
    ("time.toml", "since = \"2021-12-01\"", "since = \"2036-01-01\"", "time.toml", "since", "is not before 2036-01-01"),
    ("time.toml", "since = \"2021-12-01\"", "", "time.toml", "since", "or initial_offset and changes by hand"),
    (
        "time.toml",
        "since = \"2021-12-01\"",
        "initial_offset = \"1:00\"\nchanges = []",
        "time.toml",
        "initial_offset",
        "write it as +05:00",
    ),
    (
        "time.toml",
        "since = \"2021-12-01\"",
        "initial_offset = \"+16:00\"\nchanges = []",
        "time.toml",
        "changes",
        "960 minutes is farther from UTC",
    ),
    // Languages, terms, services.
    ("city.toml", "en = \"Belgrade\"", "", "city.toml", "name", "the text in en is missing"),
    (
        "city.toml",
        "en = \"Belgrade\"",
        "en = \"Belgrade\"\nde = \"Belgrad\"",
        "city.toml",
        "name",
        "de is not among the languages",
    ),
    ("city.toml", "[\"sr-Latn\", \"en\"]", "[\"sr_Latn\", \"en\"]", "city.toml", "languages", "a tag of BCP 47"),
    (
        "city.toml",
        "scope = \"city\"",
        "scope = \"boats\"",
        "city.toml",
        "terms.mobile-application.scope",
        "neither `city` nor a service of it (garages, orders, parking)",
    ),
    ("plates.toml", "country = \"RS\"", "country = \"Serbia\"", "plates.toml", "country", "two capitals"),
    ("parking.toml", "id = \"white\"", "id = \"White\"", "parking.toml", "zones.id", "not an id of a zone"),
    (
        "orders.toml",
        "grace_minutes = { unknown = \"no grace period was found in the operator's texts\" }",
        "grace_minutes = { value = 100000, source = \"decision\", certainty = \"assumed\" }",
        "orders.toml",
        "policy.grace_minutes",
        "from 0 to 1440 minutes",
    ),
    (
        "orders.toml",
        "from = \"2023-01-04\"",
        "from = \"2022-01-01\"",
        "orders.toml",
        "rates.2022-01-01.from",
        "two lists begin",
    ),
    (
        "orders.toml",
        "pay = [\"deposit\", \"card\"]",
        "pay = [\"deposit\", \"barter\"]",
        "orders.toml",
        "policy.pay",
        "unknown variant `barter`",
    ),
    // Garages.
    (
        "garages.toml",
        "opening_hours = \"around_the_clock\"",
        "opening_hours = \"always\"",
        "garages.toml",
        "facilities.baba-visnjina.opening_hours",
        "no hours named `always`",
    ),
    (
        "garages.toml",
        "value = 351",
        "value = 0",
        "garages.toml",
        "facilities.baba-visnjina.capacity",
        "from 1 to 100000 places",
    ),
    (
        "garages.toml",
        "value = 20,",
        "value = 2000,",
        "garages.toml",
        "facilities.baba-visnjina.capacity_disabled",
        "more than there are",
    ),
    (
        "garages.toml",
        "max_height_cm = { unknown = \"no source tells it\" }",
        "max_height_cm = { value = 20, source = \"decision\", certainty = \"assumed\" }",
        "garages.toml",
        "facilities.zeleni-venac.max_height_cm",
        "from 100 to 1000 cm",
    ),
    (
        "garages.toml",
        "position = { unknown = \"not read in a source\" }",
        "position = { value = [20.46, 44.81], source = \"drawn\", certainty = \"assumed\" }",
        "garages.toml",
        "facilities.zeleni-venac.position",
        "[latitude, longitude] in degrees",
    ),
    (
        "garages.toml",
        "position = { unknown = \"not read in a source\" }",
        "position = { unknown = \"not read in a source\" }\nentrances = [{ name = { sr-Latn = \"Ulaz\" }, position = { unknown = \"\" } }]",
        "garages.toml",
        "facilities.zeleni-venac.entrances.0.position",
        "say why",
    ),
    (
        "garages.toml",
        "address = { unknown = \"not read in a source\" }",
        "address = { value = \" \", source = \"decision\", certainty = \"assumed\" }",
        "garages.toml",
        "facilities.zeleni-venac.address",
        "write the street",
    ),
    (
        "garages.toml",
        "pay = [\"deposit\", \"card\"]",
        "pay = [\"deposit\", \"sms\"]",
        "garages.toml",
        "facilities.zeleni-venac.pay",
        "never by sms",
    ),
    (
        "garages.toml",
        "on_site = [\"cash\",",
        "on_site = [\"barter\",",
        "garages.toml",
        "facilities.on_site",
        "unknown variant `barter`",
    ),
    (
        "garages.toml",
        "ticket_number = { unknown = \"no source shows a ticket\" }",
        "ticket_number = { value = { mask = \"DD-DD\" }, source = \"decision\", certainty = \"assumed\" }",
        "garages.toml",
        "facilities.zeleni-venac.ticket_number",
        "4 to 32 capitals and digits",
    ),
    (
        "garages.toml",
        "ticket_number = { unknown = \"no source shows a ticket\" }",
        "ticket_number = { value = { mask = \"LLDDDD\", check_digit = \"luhn\" }, source = \"decision\", certainty = \"assumed\" }",
        "garages.toml",
        "facilities.zeleni-venac.ticket_number",
        "the last D",
    ),
    (
        "garages.toml",
        "id = \"vma\"",
        "id = \"kalemegdan\"",
        "garages.toml",
        "facilities.kalemegdan.id",
        "two facilities",
    ),
    (
        "garages.toml",
        "clock_tolerance_seconds = 120",
        "clock_tolerance_seconds = 7200",
        "garages.toml",
        "policy.clock_tolerance_seconds",
        "from 0 to 3600 seconds",
    ),
    (
        "garages.toml",
        "controller_silent_seconds = 120",
        "controller_silent_seconds = 9",
        "garages.toml",
        "policy.controller_silent_seconds",
        "from 10 to 3600 seconds",
    ),
    (
        "garages.toml",
        "visits_days = 1095",
        "visits_days = 0",
        "garages.toml",
        "retention.visits_days",
        "from 1 to 3660 days",
    ),
    (
        "garages.toml",
        "rate_table = \"vma\"",
        "rate_table = \"free\"",
        "garages-tariff-2022-01-01.toml",
        "rate_tables.free",
        "name it and the reason in [left_out]",
    ),
    (
        "garages-tariff-2022-01-01.toml",
        "[rate_tables.zeleni-venac]\nstarted = { unit_minutes = 60,",
        "[rate_tables.zeleni-venac]\nstarted = { unit_minutes = 0,",
        "garages-tariff-2022-01-01.toml",
        "rate_tables.zeleni-venac.started.unit_minutes",
        "from 1 to 1440 minutes",
    ),
    (
        "garages-tariff-2022-01-01.toml",
        "value = 45,",
        "value = \"45.005\",",
        "garages-tariff-2022-01-01.toml",
        "rate_tables.vma.started",
        "2 decimals",
    ),
    (
        "garages-tariff-2022-01-01.toml",
        "ada = \"no source tells its price\"",
        "ada = \" \"",
        "garages-tariff-2022-01-01.toml",
        "left_out.ada",
        "say why",
    ),
    (
        "garages-tariff-2022-01-01.toml",
        "ada = \"no",
        "zoo = \"no",
        "garages-tariff-2022-01-01.toml",
        "left_out.zoo",
        "no facility names",
    ),
    (
        "garages-tariff-2022-01-01.toml",
        "ada = \"no source tells its price\"",
        "ada = \"no source tells its price\"\nvma = \"none\"",
        "garages-tariff-2022-01-01.toml",
        "left_out.vma",
        "has prices",
    ),
    (
        "garages-tariff-2022-01-01.toml",
        "value = 900,",
        "value = 600,",
        "garages-tariff-2022-01-01.toml",
        "rate_tables.kalemegdan.day_cap",
        "600 minutes cost 1000.00 RSD, and the day 1500.00 RSD",
    ),
    (
        "garages-tariff-2022-01-01.toml",
        "day = { value = \"from_entry\", source = \"ps-kalemegdan\", certainty = \"official_old\" }",
        "",
        "garages-tariff-2022-01-01.toml",
        "rate_tables.kalemegdan.day",
        "say how days are counted",
    ),
    (
        "garages-tariff-2022-01-01.toml",
        "days = 7",
        "days = 1",
        "garages-tariff-2022-01-01.toml",
        "rate_tables.vma.several_days.days",
        "from 2 to 366 days",
    ),
    (
        "garages-tariff-2022-01-01.toml",
        "value = \"from_midnight\"",
        "value = { flat = -1 }",
        "garages-tariff-2022-01-01.toml",
        "rate_tables.kalemegdan.lost_ticket",
        "negative",
    ),
    (
        "garages-tariff-2022-01-01.toml",
        "exit_minutes = {",
        "exit_seconds = {",
        "garages-tariff-2022-01-01.toml",
        "rate_tables.vma.exit_minutes",
        "say it here or in [common]",
    ),
    (
        "garages-tariff-2022-01-01.toml",
        "from = \"2022-01-01\"",
        "from = \"2022-01-01\"\nuntil = \"2021-12-31\"",
        "garages-tariff-2022-01-01.toml",
        "until",
        "after the beginning",
    ),
];

#[test]
fn a_broken_file_is_named_by_file_field_and_reason() {
    for (name, from, to, file, field, reason) in BROKEN {
        let mut files = embedded_files("belgrade");
        let text = files.get_mut(*name).unwrap();
        assert!(text.contains(from), "{name} has no `{from}`");
        *text = text.replacen(from, to, 1);
        let errors = compile(&files).expect_err(to);
        let said = errors.iter().any(|it| it.file == *file && it.field.contains(field) && it.reason.contains(reason));
        assert!(said, "`{to}` in {name} must say {file}: {field}: {reason}, but says {errors:#?}");
        assert!(errors.iter().all(|it| !it.reason.is_empty() && !it.field.is_empty()), "{errors:#?}");
    }
}

#[test]
fn a_missing_and_a_misspelt_file_are_named() {
    let mut files = embedded_files("belgrade");
    let parking = files.remove("parking.toml").unwrap();
    files.insert("parkin.toml".to_owned(), parking);
    let errors = compile(&files).unwrap_err();
    let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].starts_with("parkin.toml: file: no source file has this name"), "{said:?}");
    assert_eq!(said[1], "parking.toml: file: the source file is missing");
    assert_eq!(embedded("atlantis").unwrap_err().len(), 6); // the files that every city has
}

#[test]
fn a_price_list_is_named_after_its_id() {
    let mut files = embedded_files("belgrade");
    let list = files.remove("parking-tariff-2025-02-01.toml").unwrap();
    files.insert("parking-tariff-Spring.toml".to_owned(), list);
    let errors = compile(&files).unwrap_err();
    let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].starts_with("parking-tariff-Spring.toml: file: the file is named after its price list"),
        "{said:?}"
    );
}

#[test]
fn a_service_whose_file_is_not_there_is_not_in_the_city() {
    let mut files = embedded_files("belgrade");
    files.remove("orders.toml");
    assert!(compile(&files).unwrap().sections.services().eq(["garages", "parking"]));
    files.retain(|name, _| !name.starts_with("garages"));
    assert!(compile(&files).unwrap().sections.services().eq(["parking"]));
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let mut files = embedded_files("belgrade");
    for (name, from, to) in [("city.toml", "version = 1", "version = 0"), ("parking.toml", "#1565c0", "blue")] {
        let text = files.get_mut(name).unwrap();
        *text = text.replacen(from, to, 1);
    }
    assert_eq!(compile(&files).unwrap_err().len(), 2);
}

#[test]
fn every_price_of_belgrade_has_a_source_or_says_that_it_is_unknown_bg_45() {
    let city = belgrade();
    let mut known = 0;
    for rate in parking(city).tariffs.iter().flat_map(|tariff| tariff.rates.values().flatten()) {
        match &rate.price {
            Fact::Known(price) => {
                known += 1;
                assert!(city.sources[&price.source].url.is_some(), "{price:?}");
            }
            Fact::Unknown { note } => assert!(!note.is_empty()),
        }
    }
    assert_eq!(known, 8 + 5 + 8); // extended prices of 2023 and everything of white are unknown
}

#[test]
fn areas_of_belgrade_are_marked_approximate() {
    for zone in &parking(belgrade()).zones {
        let area = zone.area.as_ref().unwrap();
        assert_eq!(serde_json::to_value(area.certainty).unwrap(), "approximate");
    }
}

#[test]
fn the_document_reads_back_the_same() {
    let json = belgrade().to_canonical_json().unwrap();
    let read = City::from_json(&json).unwrap();
    assert_eq!(&read, belgrade());
    assert_eq!(read.to_canonical_json().unwrap(), json);
}

#[test]
fn the_document_is_canonical_sorted_tight_and_without_floats_for_money() {
    fn walk(path: &str, value: &Value) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(key, field)| walk(&format!("{path}.{key}"), field)),
            Value::Array(items) => items.iter().for_each(|item| walk(path, item)),
            Value::Number(number) if number.is_f64() => {
                assert!(path.ends_with(".lat") || path.ends_with(".lon"), "{path} is a float");
            }
            _ => {}
        }
    }
    let json = belgrade().to_canonical_json().unwrap();
    walk("", &serde_json::from_str(&json).unwrap());
    assert!(json.starts_with(r#"{"centre":{"lat":44.8125,"lon":20.4612,"#), "{}", &json[..60]);
    assert!(json.contains(r#""free_from":{"amount":"200.00","currency":"RSD"}"#));
    assert!(json.contains(r#""values":["200","500","1000","2000","5000"]"#));
    assert!(!json.contains("\": ") && !json.contains(", \"") && !json.contains('\n'));
    // Keys of every object rise.
    let keys: Vec<usize> =
        ["\"centre\":", "\"contacts\":", "\"currency\":\"RSD\",\"id\":", "\"orders\":", "\"zones\":["]
            .iter()
            .map(|key| json.find(key).unwrap_or_else(|| panic!("{key}")))
            .collect();
    assert!(keys.is_sorted(), "{keys:?}");
}

#[test]
fn an_altered_document_is_refused() {
    let json = belgrade().to_canonical_json().unwrap();
    let refused = |from: &str, to: &str| {
        assert!(json.contains(from), "{from}");
        City::from_json(&json.replacen(from, to, 1)).unwrap_err()
    };
    refused("\"id\":", "\"name_of\":");
    refused("\"amount\":\"200.00\"", "\"amount\":200.0");
    refused("\"amount\":\"200.00\"", "\"amount\":\"200.001\"");
    refused("\"amount\":\"200.00\"", "\"amount\":\"0200.00\"");
    let CityError(reason) = refused("\"plates\":", "\"plate\":");
    assert!(reason.contains("section `plates` is missing"), "{reason}");
    let CityError(reason) = refused("\"at\":\"2023-03-26", "\"at\":\"2021-03-26");
    assert!(reason.contains("must follow each other in time"), "{reason}");
    City::from_json("{}").unwrap_err();
    City::from_json("not json").unwrap_err();
}

#[test]
fn the_undated_list_is_a_fixture_that_quotes_like_any_other_bg_11_bg_45() {
    // 65, 58, 50 and 40 an hour were told without their day (second-hand): never a file of the
    // city, only tried here.
    let mut files = embedded_files("belgrade");
    let undated = files["parking-tariff-2023-01-04.toml"]
        .replace("2023-01-04\"", "2024-01-01\"")
        .replace("value = 60,", "value = 65,")
        .replace("value = 53,", "value = 58,")
        .replace("value = 45,", "value = 50,")
        .replace("value = 35,", "value = 40,");
    files.insert("parking-tariff-2024-01-01.toml".to_owned(), undated);
    let city = compile(&files).unwrap();
    for (zone, total) in [("red", "65.00 RSD"), ("yellow", "58.00 RSD"), ("green", "50.00 RSD"), ("blue", "40.00 RSD")]
    {
        let quote = mesto_rules::quote(&city, &crate::support::ask(zone, 60, "2024-03-04 10:00")).unwrap();
        assert_eq!((quote.total.to_string().as_str(), quote.tariff.as_str()), (total, "2024-01-01"));
    }
    assert_eq!(parking(belgrade()).tariffs.len(), 3);
}

#[test]
fn texts_fall_back_to_english_and_then_to_anything() {
    let zone = parking(belgrade()).zone("red").unwrap();
    assert_eq!(zone.name.get("sr-Latn"), "Zona 1 (crvena)");
    assert_eq!(zone.name.get("en"), "Zone 1 (red)");
    assert_eq!(zone.name.get("kk"), "Zone 1 (red)");
    let mut only = zone.name.clone();
    only.0.remove("en");
    assert_eq!(only.get("kk"), "Zona 1 (crvena)");
}

#[test]
fn every_file_in_the_folder_is_built_in() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../cities/belgrade");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    names.sort();
    assert_eq!(names, embedded_files("belgrade").into_keys().collect::<Vec<_>>());
}

#[test]
fn belgrade_says_where_its_terms_and_its_help_are_bg_01_bg_14_bg_15_bg_100_bg_102() {
    let city = belgrade();
    let [terms] = city.terms.as_slice() else { panic!("one") };
    assert_eq!(terms.effective_on.to_string(), "2023-03-14");
    for language in ["sr-Latn", "en"] {
        for links in [&terms.links, &terms.privacy] {
            let link = links.get(language);
            assert!(link.starts_with("https://www.parking-servis.co.rs"), "{link}");
        }
    }
    assert_eq!((city.contacts.phone.as_str(), city.contacts.email.as_str()), ("11-0-11", "info@parking-servis.co.rs"));
    assert_eq!(city.contacts.counters.len(), 3);
    let hours: Vec<_> =
        city.contacts.hours.iter().map(|span| (span.from.to_string(), span.until.to_string())).collect();
    let expected = [("07:00", "21:00"), ("07:00", "14:00")].map(|(from, until)| (from.to_owned(), until.to_owned()));
    assert_eq!(hours, expected);
}

#[test]
fn zones_are_zoned_or_outside_and_take_deposit_and_card_bg_07_bg_08_bg_26() {
    use mesto_rules::PayMethod;
    use mesto_rules::parking::section::Regime;
    for zone in &parking(belgrade()).zones {
        let expected = if zone.id == "blue" { Regime::Outside } else { Regime::Zoned };
        assert_eq!(zone.regime, expected, "{}", zone.id);
        for method in [PayMethod::Deposit, PayMethod::Card] {
            assert!(zone.pay.contains(&method), "{} {method:?}", zone.id);
        }
    }
}

#[test]
fn the_garages_of_belgrade_have_what_its_sources_tell_and_nothing_else_bg_03_bg_10_bg_19() {
    use mesto_rules::garages::facility::{FacilityKind, OnSite, PaidWhen};
    let city = belgrade();
    let garages = crate::support::garages(city);
    let known_capacity = |id: &str| *garages.facility(id).unwrap().capacity.known().unwrap();
    // The eleven that one article names with their sum.
    let eleven = [
        "obilicev-venac",
        "pionirski-park",
        "masarikova",
        "rajiceva",
        "donji-grad",
        "zeleni-venac",
        "milan-gale-muskatirovic",
        "botanicka-basta",
        "kalemegdan",
        "palilulska-pijaca",
        "vidin-kapija",
    ];
    assert_eq!(eleven.map(known_capacity).iter().sum::<u32>(), 3679);
    assert_eq!(["baba-visnjina", "vma", "belvil"].map(known_capacity), [351, 574, 417]);
    let unknown = garages.facilities.iter().filter(|facility| facility.capacity.known().is_none());
    let unknown: Vec<&str> = unknown.map(|facility| facility.id.as_str()).collect();
    assert_eq!(unknown, ["vukov-spomenik", "dr-a-kostic", "ada", "kamenicka", "viska"]);

    let paid_when = |when| garages.facilities.iter().filter(move |it| it.paid_when.known() == Some(&when)).count();
    assert_eq!([PaidWhen::BeforeFetching, PaidWhen::OnEntry].map(paid_when), [6, 1]);
    assert_eq!(garages.facility("zeleni-venac").unwrap().kind.known(), Some(&FacilityKind::Garage));
    assert_eq!(garages.facility("vma").unwrap().kind.known(), Some(&FacilityKind::Lot));
    for facility in &garages.facilities {
        assert!(facility.on_site.contains(&OnSite::ParkingPass) && facility.on_site.contains(&OnSite::PrepaidCard));
    }
    // Every price was read somewhere.
    let [tariff] = garages.tariffs.as_slice() else { panic!("one list") };
    assert_eq!(tariff.rate_tables.len(), 4);
    for table in tariff.rate_tables.values() {
        let Fact::Known(price) = &table.price else { panic!("known") };
        assert!(city.sources[&price.source].url.is_some(), "{price:?}");
    }
}
