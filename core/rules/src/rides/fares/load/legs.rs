//! The rules: of legs, of legs that count as one, of transfers.

use super::super::ids::{AreaId, LegGroupId, NetworkId, ProductId, StopId, TimeframeId};
use super::super::model::{JoinRule, LegRule, Limit, LimitBetween, TransferRule, TransferType};
use super::places::Areas;
use super::problems::{Notice, shown};
use super::table::{Row, Sheet, Table};
use super::{Feed, Ids, Tables};
use std::collections::{BTreeMap, BTreeSet};
use std::num::{NonZeroU32, NonZeroU64};

const FARE_LEG_RULES: Sheet = Sheet {
    file: "fare_leg_rules.txt",
    required: &["fare_product_id"],
    optional: &[
        "leg_group_id",
        "network_id",
        "from_area_id",
        "to_area_id",
        "from_timeframe_group_id",
        "to_timeframe_group_id",
        "rule_priority",
    ],
    is_complete: true,
};
const FARE_LEG_JOIN_RULES: Sheet = Sheet {
    file: "fare_leg_join_rules.txt",
    required: &["from_network_id", "to_network_id"],
    optional: &["from_stop_id", "to_stop_id"],
    is_complete: true,
};
const FARE_TRANSFER_RULES: Sheet = Sheet {
    file: "fare_transfer_rules.txt",
    required: &["fare_transfer_type"],
    optional: &[
        "from_leg_group_id",
        "to_leg_group_id",
        "transfer_count",
        "duration_limit",
        "duration_limit_type",
        "fare_product_id",
    ],
    is_complete: true,
};

/// What rules may name.
pub(super) struct Known {
    pub networks: Ids,
    pub areas: Areas,
    pub timeframes: Ids,
    pub products: Ids,
}

impl Feed<'_> {
    pub(super) fn legs(&mut self, tables: &Tables<'_>, known: &Known) {
        let rules = tables(&FARE_LEG_RULES, self.problems);
        let joins = tables(&FARE_LEG_JOIN_RULES, self.problems);
        let transfers = tables(&FARE_TRANSFER_RULES, self.problems);
        self.leg_rules(&rules, known);
        self.join_rules(&joins, known);
        self.transfer_rules(&transfers, &Ids::of(&rules, FARE_LEG_RULES.file, "leg_group_id"), known);
        if rules.rows().next().is_none() {
            self.problems.notice(FARE_LEG_RULES.file, 1, "", Notice::NoLegRules);
        }
        if !self.fares.goes_by_boarding() {
            self.fares.other_stops = BTreeSet::new();
        }
        if !self.fares.join_rules.is_empty() {
            self.fares.stations.clone_from(&known.areas.parents);
        }
    }

    fn leg_rules(&mut self, table: &Table, known: &Known) {
        self.fares.has_rule_priority = table.read().is_some_and(|table| table.has("rule_priority"));
        let stopped: BTreeSet<AreaId> = self.fares.stop_areas.values().flatten().cloned().collect();
        let mut lines = BTreeMap::new();
        for row in table.rows() {
            let product = self.id::<ProductId>(row, "fare_product_id");
            let rule = (
                self.id_if_any::<NetworkId>(row, "network_id"),
                self.id_if_any::<AreaId>(row, "from_area_id"),
                self.id_if_any::<AreaId>(row, "to_area_id"),
                self.id_if_any::<TimeframeId>(row, "from_timeframe_group_id"),
                self.id_if_any::<TimeframeId>(row, "to_timeframe_group_id"),
            );
            let group = self.id_if_any::<LegGroupId>(row, "leg_group_id");
            self.refer(row, "network_id", &known.networks);
            for field in ["from_area_id", "to_area_id"] {
                let is_known = self.refer(row, field, &known.areas.areas);
                if is_known && !row.text(field).is_empty() && !stopped.contains(row.text(field)) {
                    self.problems.notice(row.file, row.line, field, Notice::AreaWithoutStops);
                }
            }
            self.refer(row, "from_timeframe_group_id", &known.timeframes);
            self.refer(row, "to_timeframe_group_id", &known.timeframes);
            self.refer(row, "fare_product_id", &known.products);
            let priority =
                if row.text("rule_priority").is_empty() { Some(0) } else { self.number(row, "rule_priority") };
            for (field, notice) in
                [("to_area_id", Notice::NeedsAlightingStop), ("to_timeframe_group_id", Notice::NeedsAlightingTime)]
            {
                if !row.text(field).is_empty() {
                    self.problems.notice(row.file, row.line, field, notice);
                }
            }
            let (Some(product), Some(priority)) = (product, priority) else { continue };
            // The key leaves the group out: one rule is in one group.
            if self.is_first(&mut lines, row, ("fare_product_id", (rule.clone(), product.clone()))) {
                let (network, from_area, to_area, from_timeframe, to_timeframe) = rule;
                let rule =
                    LegRule { network, from_area, to_area, from_timeframe, to_timeframe, product, group, priority };
                self.fares.leg_rules.push(rule);
            }
        }
        self.fares.leg_rules.sort();
    }

    fn join_rules(&mut self, table: &Table, known: &Known) {
        let mut lines = BTreeMap::new();
        for row in table.rows() {
            let from_network = self.id::<NetworkId>(row, "from_network_id");
            let to_network = self.id::<NetworkId>(row, "to_network_id");
            let stops = (self.id_if_any::<StopId>(row, "from_stop_id"), self.id_if_any::<StopId>(row, "to_stop_id"));
            for field in ["from_network_id", "to_network_id"] {
                self.refer(row, field, &known.networks);
            }
            for (field, other) in [("from_stop_id", "to_stop_id"), ("to_stop_id", "from_stop_id")] {
                self.refer(row, field, &known.areas.stops);
                if row.text(field).is_empty() && !row.text(other).is_empty() {
                    self.wrong(row, field, format!("the field is required where {other} is given"));
                }
            }
            self.problems.notice(row.file, row.line, "", Notice::NeedsAlightingStop);
            let (Some(from_network), Some(to_network)) = (from_network, to_network) else { continue };
            let key = (from_network.clone(), to_network.clone(), stops.clone());
            if self.is_first(&mut lines, row, ("from_network_id", key)) {
                let (from, to) = stops;
                self.fares.join_rules.push(JoinRule { from_network, to_network, stops: from.zip(to) });
            }
        }
        self.fares.join_rules.sort();
    }

    fn transfer_rules(&mut self, table: &Table, groups: &Ids, known: &Known) {
        let mut lines = BTreeMap::new();
        for row in table.rows() {
            let from_group = self.id_if_any::<LegGroupId>(row, "from_leg_group_id");
            let to_group = self.id_if_any::<LegGroupId>(row, "to_leg_group_id");
            let product = self.id_if_any::<ProductId>(row, "fare_product_id");
            self.refer(row, "from_leg_group_id", groups);
            self.refer(row, "to_leg_group_id", groups);
            self.refer(row, "fare_product_id", &known.products);
            let count = self.transfer_count(row);
            let limit = self.limit(row);
            let kind = match row.text("fare_transfer_type") {
                "0" => Some(TransferType::FromLegAndTransfer),
                "1" => Some(TransferType::BothLegsAndTransfer),
                "2" => Some(TransferType::TransferAlone),
                "" => {
                    self.wrong(row, "fare_transfer_type", "the field is required and empty");
                    None
                }
                other => {
                    self.wrong(row, "fare_transfer_type", format!("{} is not one of 0, 1 and 2", shown(other)));
                    None
                }
            };
            let (Some(count), Some(limit), Some(kind)) = (count, limit, kind) else { continue };
            let seconds = limit.map(|limit| limit.seconds);
            let key = (from_group.clone(), to_group.clone(), product.clone(), count, seconds);
            if self.is_first(&mut lines, row, ("from_leg_group_id", key)) {
                self.fares.transfer_rules.push(TransferRule { from_group, to_group, count, limit, kind, product });
            }
        }
        self.fares.transfer_rules.sort();
    }

    /// How many transfers a rule may span, `Some(None)` for no limit; `None` when it is wrong.
    fn transfer_count(&mut self, row: Row<'_>) -> Option<Option<NonZeroU32>> {
        let (from, to) = (row.text("from_leg_group_id"), row.text("to_leg_group_id"));
        let field = "transfer_count";
        match row.text(field) {
            "" if from != to => Some(None),
            // Readers of feeds differ on whether two empty groups are equal.
            "" if from.is_empty() => {
                self.problems.notice(row.file, row.line, field, Notice::NoTransferCount);
                Some(None)
            }
            "" => {
                self.wrong(row, field, "the field is required where from_leg_group_id and to_leg_group_id are equal");
                None
            }
            _ if from != to => {
                self.wrong(row, field, "the field must be empty where from_leg_group_id and to_leg_group_id differ");
                None
            }
            "-1" => Some(None),
            other => {
                let is_number = other.bytes().all(|sign| sign.is_ascii_digit());
                let count = is_number.then(|| other.parse::<NonZeroU32>().ok()).flatten();
                if count.is_none() {
                    self.wrong(row, field, format!("{} is neither -1 nor a whole number from 1", shown(other)));
                }
                count.map(Some)
            }
        }
    }

    /// How long a transfer may take, `Some(None)` for no limit; `None` when it is wrong.
    fn limit(&mut self, row: Row<'_>) -> Option<Option<Limit>> {
        let (limit, kind) = (row.text("duration_limit"), row.text("duration_limit_type"));
        let between = match kind {
            "" => None,
            "0" => Some(LimitBetween::BoardingAndAlighting),
            "1" => Some(LimitBetween::BoardingAndBoarding),
            "2" => Some(LimitBetween::AlightingAndBoarding),
            "3" => Some(LimitBetween::AlightingAndAlighting),
            other => {
                self.wrong(row, "duration_limit_type", format!("{} is not one of 0 to 3", shown(other)));
                return None;
            }
        };
        if limit.is_empty() {
            if between.is_some() {
                self.wrong(row, "duration_limit_type", "the field must be empty where duration_limit is");
                return None;
            }
            return Some(None);
        }
        let is_number = limit.bytes().all(|sign| sign.is_ascii_digit());
        let Some(seconds) = is_number.then(|| limit.parse::<NonZeroU64>().ok()).flatten() else {
            self.wrong(row, "duration_limit", format!("{} is not a whole number of seconds from 1", shown(limit)));
            return None;
        };
        let Some(between) = between else {
            self.wrong(row, "duration_limit_type", "the field is required where duration_limit is given");
            return None;
        };
        if between.needs_arrival() {
            self.problems.notice(row.file, row.line, "duration_limit_type", Notice::NeedsArrival);
        }
        Some(Some(Limit { seconds, between }))
    }
}
