//! Networks of routes and areas of stops.

use super::super::ids::{AreaId, FeedRouteId, NetworkId, StopId};
use super::table::{Sheet, Table};
use super::{Feed, Ids, Tables};
use std::collections::{BTreeMap, BTreeSet};

const ROUTES: Sheet =
    Sheet { file: "routes.txt", required: &["route_id"], optional: &["network_id"], is_complete: false };
const NETWORKS: Sheet =
    Sheet { file: "networks.txt", required: &["network_id"], optional: &["network_name"], is_complete: true };
const ROUTE_NETWORKS: Sheet =
    Sheet { file: "route_networks.txt", required: &["network_id", "route_id"], optional: &[], is_complete: true };
const AREAS: Sheet = Sheet { file: "areas.txt", required: &["area_id"], optional: &["area_name"], is_complete: true };
const STOP_AREAS: Sheet =
    Sheet { file: "stop_areas.txt", required: &["area_id", "stop_id"], optional: &[], is_complete: true };
const STOPS: Sheet = Sheet {
    file: "stops.txt",
    required: &["stop_id"],
    optional: &["location_type", "parent_station"],
    is_complete: false,
};

/// The areas of a feed, and its stops.
pub(super) struct Areas {
    pub areas: Ids,
    pub stops: Ids,
    /// The parent of each stop that has one.
    pub parents: BTreeMap<StopId, StopId>,
}

impl Feed<'_> {
    /// Networks and what routes are in them; the ids that rules may name.
    pub(super) fn networks(&mut self, tables: &Tables<'_>) -> Ids {
        let routes = tables(&ROUTES, self.problems);
        let networks = tables(&NETWORKS, self.problems);
        let route_networks = tables(&ROUTE_NETWORKS, self.problems);
        let mut lines = BTreeMap::new();
        for row in routes.rows() {
            let Some(route) = self.id::<FeedRouteId>(row, "route_id") else { continue };
            if !self.is_first(&mut lines, row, ("route_id", route.clone())) {
                continue;
            }
            if let Some(network) = self.id_if_any::<NetworkId>(row, "network_id") {
                self.fares.route_networks.insert(route.clone(), network);
            }
            self.routes.insert(route);
        }
        let mut lines = BTreeMap::new();
        for row in networks.rows() {
            if let Some(network) = self.id::<NetworkId>(row, "network_id") {
                self.is_first(&mut lines, row, ("network_id", network));
            }
        }
        let in_routes = routes.read().is_some_and(|routes| routes.has("network_id"));
        for table in [&networks, &route_networks] {
            if let Some(table) = table.read().filter(|_| in_routes) {
                let reason = "the file must not be there when routes.txt has the field network_id";
                self.problems.error(table.file, 1, "network_id", reason.to_owned());
            }
        }
        let route_ids = Ids::of(&routes, ROUTES.file, "route_id");
        let mut ids = Ids::of(&networks, NETWORKS.file, "network_id");
        let mut lines = BTreeMap::new();
        for row in route_networks.rows() {
            let (network, route) = (self.id::<NetworkId>(row, "network_id"), self.id::<FeedRouteId>(row, "route_id"));
            let is_known = [self.refer(row, "network_id", &ids), self.refer(row, "route_id", &route_ids)];
            let (Some(network), Some(route)) = (network, route) else { continue };
            if self.is_first(&mut lines, row, ("route_id", route.clone())) && is_known == [true, true] {
                self.fares.route_networks.insert(route, network);
            }
        }
        if networks.is_missing() {
            // What rules name is then in routes.txt.
            ids = Ids::of(&routes, "routes.txt or networks.txt", "network_id");
        } else {
            ids.known.extend(self.fares.route_networks.values().map(|id| id.as_str().to_owned()).filter(|_| in_routes));
            ids.is_broken |= routes.is_broken();
        }
        ids
    }

    /// Areas and the stops in them.
    pub(super) fn areas(&mut self, tables: &Tables<'_>) -> Areas {
        let (areas, stop_areas) = (tables(&AREAS, self.problems), tables(&STOP_AREAS, self.problems));
        let stops = tables(&STOPS, self.problems);
        let mut lines = BTreeMap::new();
        for row in areas.rows() {
            if let Some(area) = self.id::<AreaId>(row, "area_id") {
                self.is_first(&mut lines, row, ("area_id", area));
            }
        }
        let area_ids = Ids::of(&areas, AREAS.file, "area_id");
        let stop_ids = Ids::of(&stops, STOPS.file, "stop_id");
        let mut lines = BTreeMap::new();
        for row in stop_areas.rows() {
            let (area, stop) = (self.id::<AreaId>(row, "area_id"), self.id::<StopId>(row, "stop_id"));
            let is_known = [self.refer(row, "area_id", &area_ids), self.refer(row, "stop_id", &stop_ids)];
            let (Some(area), Some(stop)) = (area, stop) else { continue };
            let is_first = self.is_first(&mut lines, row, ("stop_id", (area.clone(), stop.clone())));
            if is_first && is_known == [true, true] {
                self.fares.stop_areas.entry(stop).or_default().insert(area);
            }
        }
        let parents = self.stations(&stops, &stop_ids);
        Areas { areas: area_ids, stops: stop_ids, parents }
    }

    /// Gives platforms the areas of their station, unless they have their own.
    fn stations(&mut self, stops: &Table, ids: &Ids) -> BTreeMap<StopId, StopId> {
        let mut parents = BTreeMap::new();
        let mut platforms = BTreeSet::new();
        let mut lines = BTreeMap::new();
        for row in stops.rows() {
            let Some(stop) = self.id::<StopId>(row, "stop_id") else { continue };
            if !self.is_first(&mut lines, row, ("stop_id", stop.clone())) {
                continue;
            }
            if matches!(row.text("location_type"), "" | "0") {
                platforms.insert(stop.clone());
            }
            let parent = self.id_if_any::<StopId>(row, "parent_station");
            if let Some(parent) = parent.filter(|_| self.refer(row, "parent_station", ids)) {
                parents.insert(stop, parent);
            }
        }
        let own: BTreeSet<StopId> = self.fares.stop_areas.keys().cloned().collect();
        for platform in &platforms {
            let station = parents.get(platform).filter(|_| !own.contains(platform));
            if let Some(areas) = station.and_then(|station| self.fares.stop_areas.get(station)).cloned() {
                self.fares.stop_areas.insert(platform.clone(), areas);
            }
        }
        let is_empty = platforms.is_empty();
        platforms.retain(|stop| !self.fares.stop_areas.contains_key(stop));
        self.fares.has_stops_outside_areas = is_empty || !platforms.is_empty();
        self.fares.other_stops = platforms;
        parents
    }
}
