//! A measure beside its peer, and how it is printed.

use std::fmt;

/// What a ratio must be.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    AtLeast(f64),
    AtMost(f64),
}

/// One thing measured in alternated pairs with its peer, in the same unit.
pub struct Measure {
    pub name: &'static str,
    pub unit: &'static str,
    pub ours: (String, Vec<f64>),
    pub peer: (String, Vec<f64>),
    /// What ours divided by the peer's must be.
    pub target: Target,
}

impl Measure {
    /// The median of the ratios of the pairs: each pair saw the machine in about the same state.
    pub fn ratio(&self) -> f64 {
        median(self.ratios())
    }

    pub fn is_met(&self) -> bool {
        match self.target {
            Target::AtLeast(least) => self.ratio() >= least,
            Target::AtMost(most) => self.ratio() <= most,
        }
    }

    fn ratios(&self) -> Vec<f64> {
        self.ours.1.iter().zip(&self.peer.1).map(|(ours, peer)| ours / peer).collect()
    }
}

/// The middle value; 0 when there is none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

impl fmt::Display for Measure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{} ({})", self.name, self.unit)?;
        for (who, values) in [&self.peer, &self.ours] {
            write!(out, "  {who:<44}")?;
            for value in values {
                write!(out, " {value:>10.1}")?;
            }
            writeln!(out, "   median {:>10.1}", median(values.clone()))?;
        }
        write!(out, "  {:<44}", "ratio")?;
        for ratio in self.ratios() {
            write!(out, " {ratio:>10.2}")?;
        }
        let verdict = if self.is_met() { "met" } else { "MISSED" };
        match self.target {
            Target::AtLeast(least) => {
                write!(out, "   median {:>10.2}   at least {least}: {verdict}", self.ratio())
            }
            Target::AtMost(most) => write!(out, "   median {:>10.2}   at most {most}: {verdict}", self.ratio()),
        }
    }
}

/// The machine, and how busy others keep it: numbers of a loaded machine say less.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("unknown");
    format!("{cores} cores, load of the last minute {load} (the bench itself included)")
}
