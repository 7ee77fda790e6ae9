//! Frames of a bus's code as a hurried hand takes them: everything that goes wrong, by a seed.

use mesto_scan::draw::{Drawing, Strength};

use crate::readers::View;

/// xorshift64*: the same frames everywhere.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d);
        for _ in 0..8 {
            random.next();
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// From 0 to 1.
    #[allow(clippy::cast_precision_loss)]
    pub fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u64 << 24) as f32
    }

    pub fn between(&mut self, least: f32, most: f32) -> f32 {
        least + (most - least) * self.unit()
    }

    /// Mean 0, spread 1.
    pub fn normal(&mut self) -> f32 {
        (0..6).map(|_| self.unit() - 0.5).sum::<f32>() * std::f32::consts::SQRT_2
    }

    fn is(&mut self, share: f32) -> bool {
        self.unit() < share
    }
}

/// A frame and what its code says.
#[derive(Debug, Clone)]
pub struct Made {
    pub width: usize,
    pub height: usize,
    pub points: Vec<u8>,
    pub text: String,
    pub trouble: &'static str,
}

impl Made {
    pub fn view(&self) -> View<'_> {
        View { points: &self.points, width: self.width, height: self.height }
    }
}

/// What goes wrong most in a frame.
pub const TROUBLES: [&str; 9] =
    ["plain", "perspective", "blur", "motion", "noise", "glare", "dark", "wrinkled", "screen"];

/// How a frame is made; a clip changes some of it from frame to frame.
#[derive(Debug, Clone)]
struct Scene {
    text: String,
    strength: Strength,
    /// The code's side as a share of the frame's height.
    share: f32,
    middle: (f32, f32),
    angle: f32,
    tilt: (f32, f32),
    blur: f32,
    motion: (f32, f32),
    noise: f32,
    glare: Option<(f32, f32, f32)>,
    gain: f32,
    wrinkle: f32,
    waves: [f32; 4],
    is_screen: bool,
    shade: (f32, f32),
    is_inverted: bool,
}

impl Scene {
    fn new(random: &mut Random, trouble: &'static str) -> Self {
        let number = random.next() % 9000 + 1000;
        let texts = [
            format!("https://avtobys.kz/b/{number}"),
            format!("https://avtobys.kz/t/{number}?r=92&d=1&s={:08x}", random.next() & 0xffff_ffff),
            format!("MESTO:{number}"),
            format!("https://pay.mesto.example/v1/ride/{number}/{:016x}/{:016x}", random.next(), random.next()),
        ];
        let which = usize::try_from(random.next() % 4).unwrap_or(0);
        let is = |name: &str| trouble == name;
        let share = if is("plain") { random.between(0.08, 0.6) } else { random.between(0.12, 0.6) };
        let room = 0.5 - share / 2.0;
        let hard = random.between(0.3, 1.0);
        Self {
            text: texts.into_iter().nth(which).unwrap_or_default(),
            strength: if random.is(0.5) { Strength::Medium } else { Strength::Low },
            share,
            middle: (0.5 + random.between(-room, room) * 0.8, 0.5 + random.between(-room, room) * 0.8),
            angle: if random.is(0.5) { random.between(-0.3, 0.3) } else { random.between(-3.1, 3.1) },
            tilt: if is("perspective") {
                (random.between(-0.6, 0.6), random.between(-0.6, 0.6))
            } else {
                (random.between(-0.2, 0.2), random.between(-0.2, 0.2))
            },
            // Of a module.
            blur: if is("blur") { 0.25 + 0.45 * hard } else { random.between(0.1, 0.35) },
            motion: if is("motion") {
                let (length, way) = (0.3 + 1.5 * hard, random.between(0.0, 6.3));
                (length * way.cos(), length * way.sin())
            } else {
                (0.0, 0.0)
            },
            noise: if is("noise") { 8.0 + 36.0 * hard } else { random.between(1.0, 5.0) },
            glare: is("glare").then(|| (random.between(-0.4, 0.4), random.between(-0.4, 0.4), 0.05 + 0.2 * hard)),
            gain: if is("dark") { 0.03 + 0.1 * (1.0 - hard) } else { random.between(0.6, 1.0) },
            wrinkle: if is("wrinkled") { 0.15 + 0.9 * hard } else { 0.0 },
            waves: std::array::from_fn(|_| random.between(0.5, 6.0)),
            is_screen: is("screen"),
            shade: (random.between(-0.3, 0.3), random.between(-0.3, 0.3)),
            is_inverted: random.is(0.05),
        }
    }

    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::many_single_char_names
    )]
    fn frame(&self, width: usize, height: usize, random: &mut Random) -> Option<Vec<u8>> {
        let code = Drawing::of(self.text.as_bytes(), self.strength).ok()?;
        let modules = code.side() as f32;
        let size = self.share * height as f32;
        let module = size / modules;
        let (sine, cosine) = self.angle.sin_cos();
        let (cx, cy) = (self.middle.0 * width as f32, self.middle.1 * height as f32);
        // Rectangles and bars of the bus about the sticker.
        let patches: Vec<[f32; 5]> = (0..24)
            .map(|_| {
                let (x, y) = (random.unit() * width as f32, random.unit() * height as f32);
                [x, y, x + random.unit() * 300.0, y + random.unit() * 200.0, random.between(0.1, 0.9)]
            })
            .collect();
        let base = random.between(0.2, 0.7);
        let mut light = vec![0.0_f32; width * height];
        for (y, row) in light.chunks_mut(width).enumerate() {
            for (x, into) in row.iter_mut().enumerate() {
                let (px, py) = (x as f32 + 0.5, y as f32 + 0.5);
                let mut value = base;
                for [left, top, right, bottom, colour] in &patches {
                    if px > *left && px < *right && py > *top && py < *bottom {
                        value = *colour;
                    }
                }
                let mut sum = 0.0;
                for (sx, sy) in [(-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25)] {
                    let (dx, dy) = ((px + sx - cx) / size, (py + sy - cy) / size);
                    let (u, v) = (dx * cosine + dy * sine, dy * cosine - dx * sine);
                    let below = 1.0 + self.tilt.0 * u + self.tilt.1 * v;
                    let (mut u, mut v) = (u / below, v / below);
                    if self.wrinkle > 0.0 {
                        let [a, b, c, d] = self.waves;
                        let (s, t) = (u, v);
                        u += self.wrinkle / modules * (a * t + b * s + c).sin();
                        v += self.wrinkle / modules * (d * s + a * t + b).sin();
                    }
                    let (column, line) = ((u + 0.5) * modules, (v + 0.5) * modules);
                    let quiet = 4.0;
                    let inside = column > -quiet && line > -quiet && column < modules + quiet && line < modules + quiet;
                    sum += if inside && below > 0.2 {
                        let dark = column >= 0.0 && line >= 0.0 && code.is_dark(column as usize, line as usize);
                        let mut paint = if dark != self.is_inverted { 0.08 } else { 0.92 };
                        if self.is_screen {
                            // Rows and columns of a display's points.
                            let grid = ((column * 5.3).fract() - 0.5).abs() + ((line * 5.3).fract() - 0.5).abs();
                            paint *= 0.65 + 0.35 * grid;
                        }
                        if self.wrinkle > 0.0 {
                            paint *= 1.0 - 0.25 * (self.waves[0] * v * 2.0 + self.waves[3] * u * 2.0).sin();
                        }
                        paint
                    } else {
                        value
                    };
                }
                let shade = 1.0 + self.shade.0 * (px / width as f32 - 0.5) + self.shade.1 * (py / height as f32 - 0.5);
                *into = sum / 4.0 * shade;
            }
        }
        if let Some((gx, gy, radius)) = self.glare {
            let (gx, gy, radius) = (cx + gx * size, cy + gy * size, radius * size);
            for (y, row) in light.chunks_mut(width).enumerate() {
                for (x, into) in row.iter_mut().enumerate() {
                    let distance = (x as f32 - gx).hypot((y as f32 - gy) * 1.5) / radius;
                    *into += 1.6 * (-distance.powi(4)).exp() + 0.35 * (-distance).exp();
                }
            }
        }
        let (mx, my) = (self.motion.0 * module, self.motion.1 * module);
        if mx.hypot(my) > 0.5 {
            light = moved(&light, (width, height), (mx, my));
        }
        light = blurred(light, (width, height), self.blur * module);
        // A dark frame is made brighter by the camera, noise and all.
        let gain = self.gain;
        let noise = if gain < 0.2 { self.noise + 2.0 + 1.2 / gain.sqrt() } else { self.noise };
        let lift = if gain < 0.2 { 0.35 } else { gain };
        let points = light.iter().map(|value| {
            let value = value.min(1.0) * lift * 235.0 + 8.0 + noise * random.normal();
            value.round().clamp(0.0, 255.0) as u8
        });
        Some(points.collect())
    }
}

/// The mean along a way.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn moved(light: &[f32], (width, height): (usize, usize), (x, y): (f32, f32)) -> Vec<f32> {
    let steps = x.hypot(y).ceil().max(2.0) as i32 + 1;
    let mut out = vec![0.0; light.len()];
    for step in 0..steps {
        let part = step as f32 / (steps - 1) as f32 - 0.5;
        let (dx, dy) = ((x * part).round() as isize, (y * part).round() as isize);
        for (row, into) in out.chunks_mut(width).enumerate() {
            let from = row.saturating_add_signed(dy).min(height - 1);
            let line = light.get(from * width..(from + 1) * width).unwrap_or_default();
            for (column, into) in into.iter_mut().enumerate() {
                let place = column.saturating_add_signed(dx).min(width - 1);
                *into += line.get(place).copied().unwrap_or(0.0) / steps as f32;
            }
        }
    }
    out
}

/// Three boxes, one after the other: as good as a Gauss.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn blurred(light: Vec<f32>, (width, height): (usize, usize), sigma: f32) -> Vec<f32> {
    let box_side = (4.0 * sigma * sigma + 1.0).sqrt();
    let radius = ((box_side - 1.0) / 2.0).round() as usize;
    if radius == 0 {
        return light;
    }
    let along = |from: &[f32], width: usize| {
        let mut out = vec![0.0; from.len()];
        for (row, into) in from.chunks(width).zip(out.chunks_mut(width)) {
            let at = |place: isize| row.get(place.clamp(0, width as isize - 1).cast_unsigned()).copied().unwrap_or(0.0);
            let radius = radius as isize;
            let mut sum: f32 = (-radius..=radius).map(at).sum();
            for (x, into) in into.iter_mut().enumerate() {
                *into = sum / (2 * radius + 1) as f32;
                sum += at(x as isize + radius + 1) - at(x as isize - radius);
            }
        }
        out
    };
    let turned = |from: &[f32], width: usize, height: usize| -> Vec<f32> {
        (0..width)
            .flat_map(|x| (0..height).map(move |y| y * width + x))
            .filter_map(|place| from.get(place).copied())
            .collect()
    };
    let mut light = light;
    for _ in 0..3 {
        light = along(&light, width);
    }
    light = turned(&light, width, height);
    for _ in 0..3 {
        light = along(&light, height);
    }
    turned(&light, height, width)
}

/// The frame of a number.
pub fn frame(number: u64, width: usize, height: usize) -> Option<Made> {
    let trouble = TROUBLES.get(usize::try_from(number).ok()? % TROUBLES.len())?;
    let mut random = Random::new(number);
    let scene = Scene::new(&mut random, trouble);
    let points = scene.frame(width, height, &mut random)?;
    Some(Made { width, height, points, text: scene.text, trouble })
}

/// One thing that keeps a code from being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    Dark,
    Blurred,
    Small,
    Glaring,
    Torn,
}

impl Trouble {
    pub const ALL: [Self; 5] = [Self::Dark, Self::Blurred, Self::Small, Self::Glaring, Self::Torn];
}

/// A plain frame with one trouble that is too much for it.
#[allow(clippy::cast_precision_loss)]
pub fn troubled(number: u64, trouble: Trouble, width: usize, height: usize) -> Option<Made> {
    let mut random = Random::new(number.wrapping_add(3_000_017));
    let mut scene = Scene::new(&mut random, "plain");
    scene.share = random.between(0.3, 0.55);
    scene.tilt = (0.0, 0.0);
    let much = random.unit();
    match trouble {
        Trouble::Blurred => scene.blur = 0.9 + 0.5 * much,
        Trouble::Small => scene.share = (1.1 + 0.4 * much) * 33.0 / height as f32,
        Trouble::Glaring => {
            scene.gain = 1.05;
            scene.glare = Some((random.between(-0.3, 0.3), random.between(-0.3, 0.3), 0.35 + 0.3 * much));
        }
        Trouble::Dark | Trouble::Torn => {}
    }
    let mut points = scene.frame(width, height, &mut random)?;
    match trouble {
        // No camera makes it brighter: a night without a lamp.
        Trouble::Dark => points.iter_mut().for_each(|point| *point = 4 + *point / 80),
        Trouble::Torn => torn(&mut points, &scene, width, height, 0.1 + 0.06 * much),
        _ => {}
    }
    Some(Made { width, height, points, text: scene.text, trouble: "plain" })
}

/// Torn through between its finders: so much on each side of the middle is gone.
#[allow(clippy::cast_precision_loss)]
fn torn(points: &mut [u8], scene: &Scene, width: usize, height: usize, part: f32) {
    let (sine, cosine) = scene.angle.sin_cos();
    let size = scene.share * height as f32;
    let (cx, cy) = (scene.middle.0 * width as f32, scene.middle.1 * height as f32);
    for (y, row) in points.chunks_mut(width).enumerate() {
        for (x, point) in row.iter_mut().enumerate() {
            let (dx, dy) = ((x as f32 - cx) / size, (y as f32 - cy) / size);
            let (u, v) = (dx * cosine + dy * sine, dy * cosine - dx * sine);
            if u.abs() < part && v.abs() < 0.6 || u > -part && v > -part && u.max(v) < 0.6 {
                *point = 120;
            }
        }
    }
}

/// A clip of a shaking hand that goes nearer.
pub fn clip(number: u64, frames: usize, width: usize, height: usize) -> Option<Vec<Made>> {
    let trouble = TROUBLES.get(usize::try_from(number).ok()? % TROUBLES.len())?;
    let mut random = Random::new(number.wrapping_add(1_000_003));
    let mut scene = Scene::new(&mut random, trouble);
    let (blur, noise) = (scene.blur, scene.noise);
    let mut speed = (0.0_f32, 0.0_f32, 0.0_f32);
    (0..frames)
        .map(|_| {
            speed = (
                speed.0 * 0.8 + random.normal() * 0.004,
                speed.1 * 0.8 + random.normal() * 0.004,
                speed.2 * 0.8 + random.normal() * 0.01,
            );
            scene.middle.0 = (scene.middle.0 + speed.0).clamp(0.3, 0.7);
            scene.middle.1 = (scene.middle.1 + speed.1).clamp(0.3, 0.7);
            scene.angle += speed.2;
            scene.blur = blur * random.between(0.8, 1.3);
            scene.noise = noise * random.between(0.9, 1.1);
            scene.tilt.0 = (scene.tilt.0 + random.normal() * 0.02).clamp(-0.8, 0.8);
            let points = scene.frame(width, height, &mut random)?;
            Some(Made { width, height, points, text: scene.text.clone(), trouble })
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::readers::READERS;

    #[test]
    fn a_seed_makes_the_same_frame_everywhere_and_its_code_is_read() {
        let made = frame(9, 640, 360).unwrap();
        assert_eq!(("plain", 640 * 360), (made.trouble, made.points.len()));
        assert_eq!(made.points, frame(9, 640, 360).unwrap().points);
        assert_ne!(made.text, frame(18, 640, 360).unwrap().text);
        let ours = READERS.first().unwrap();
        assert_eq!(vec![made.text.clone()], (ours.clip)()(&made.view()));
    }

    #[test]
    fn a_clip_shows_one_code_in_frames_that_differ() {
        let clip = clip(0, 3, 320, 180).unwrap();
        assert!(clip.windows(2).all(|pair| pair[0].text == pair[1].text && pair[0].points != pair[1].points));
    }
}
