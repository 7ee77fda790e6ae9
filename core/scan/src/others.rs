//! The kinds of codes other than QR, each in its share of the time.

use std::time::Duration;

use crate::bars::{self, Bars};
use crate::grey::Pyramid;
use crate::kinds::Kinds;
use crate::matrix::{self, Matrix};
use crate::scanner::{Code, Corner, Format};

/// What is looked for, which of it first, and how often.
#[derive(Debug, Clone, Default)]
pub struct Others {
    kinds: Kinds,
    /// Frames looked at.
    turn: usize,
    /// What read the last frame.
    before: Option<Group>,
}

/// What is looked for in one go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    Bars,
    Matrix(Format),
}

/// Sides up to which a picture's lines are looked at.
const LINES_MOST: usize = 2000;

impl Others {
    pub fn of(kinds: Kinds) -> Self {
        Self { kinds, ..Self::default() }
    }

    pub fn kinds(&self) -> Kinds {
        self.kinds
    }

    fn groups(&self) -> Vec<Group> {
        let bars = self.kinds.meets(Kinds::BARS).then_some(Group::Bars);
        let matrix = matrix::FORMATS.into_iter().filter(|format| self.kinds.has(*format)).map(Group::Matrix);
        let mut groups: Vec<Group> = bars.into_iter().chain(matrix).collect();
        // Each comes first at times: what comes last may have no time left.
        let first = self.turn % groups.len().max(1);
        groups.rotate_left(first);
        groups.sort_by_key(|group| Some(*group) != self.before);
        groups
    }

    pub fn is_any(&self) -> bool {
        !self.groups().is_empty()
    }

    /// Looks for them, until `budget` since the frame was given.
    pub fn seen(&mut self, pyramid: &Pyramid, budget: Duration, since: &dyn Fn() -> Duration) -> Vec<Code> {
        let groups = self.groups();
        self.turn = self.turn.wrapping_add(1);
        let is_line_wide = |side: usize| side <= LINES_MOST;
        for (place, group) in groups.iter().enumerate() {
            let left = u32::try_from(groups.len() - place).unwrap_or(1);
            let now = since();
            let until = now + budget.saturating_sub(now) / left;
            let go_on = || since() < until;
            let codes: Vec<Code> = match group {
                Group::Bars => {
                    let level = pyramid.levels().iter().position(|grey| is_line_wide(grey.width.max(grey.height)));
                    let level = level.unwrap_or(pyramid.levels().len() - 1);
                    let Some(grey) = pyramid.levels().get(level) else { continue };
                    let scale = f32::from(1_u16 << level);
                    let found = bars::seen(grey, self.kinds, true, self.turn / 2, &go_on);
                    found.into_iter().map(|bars| of_bars(bars, scale)).collect()
                }
                Group::Matrix(format) => matrix::seen(pyramid, *format, &go_on).into_iter().map(of_matrix).collect(),
            };
            if !codes.is_empty() {
                self.before = Some(*group);
                return codes;
            }
        }
        Vec::new()
    }
}

fn of_bars(bars: Bars, scale: f32) -> Code {
    code(bars.format, bars.text, bars.corners.map(|(x, y)| (x * scale, y * scale)))
}

fn of_matrix(matrix: Matrix) -> Code {
    code(matrix.format, matrix.text, matrix.corners)
}

fn code(format: Format, text: String, corners: [(f32, f32); 4]) -> Code {
    Code { format, bytes: text.clone().into_bytes(), text, corners: corners.map(|(x, y)| Corner { x, y }) }
}
