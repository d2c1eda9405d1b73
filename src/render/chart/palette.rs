//! The colours by role.
//!
//! The colours of the series differ in lightness as well as in hue, so that colour-blind readers
//! can distinguish them (after Okabe and Ito, "Color Universal Design", 2002), also in greyscale
//! print. Text has a contrast of at least 4.5 to the background and series one of at least 3 (WCAG
//! 2.2, 1.4.3 and 1.4.11), in both schemes; a test verifies this.

use plotters::style::RGBColor;

/// The role of a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::render) enum ColorRole {
    /// The background.
    Background,
    /// Primary text.
    Text,
    /// Secondary text.
    MutedText,
    /// The zero line of the axis.
    ValueAxis,
    /// The grid lines.
    Grid,
    /// The first series.
    First,
    /// The second series.
    Second,
    /// The third series.
    Third,
    /// The fourth series.
    Fourth,
    /// Further series.
    Remainder,
}

/// A colour scheme: red, green and blue for each role.
pub(in crate::render) type ColorScheme = [(ColorRole, (u8, u8, u8)); 10];

/// Dark on white, for screens and print. The values must be unique: style rules select elements by
/// colour value.
pub(in crate::render) const LIGHT: ColorScheme = [
    (ColorRole::Background, (0xFF, 0xFF, 0xFF)),
    (ColorRole::Text, (0x1A, 0x1F, 0x26)),
    (ColorRole::MutedText, (0x55, 0x5E, 0x6A)),
    (ColorRole::ValueAxis, (0x8A, 0x94, 0xA0)),
    (ColorRole::Grid, (0xE3, 0xE7, 0xEC)),
    (ColorRole::First, (0x0B, 0x5C, 0xAD)),
    (ColorRole::Second, (0xD9, 0x79, 0x06)),
    (ColorRole::Third, (0x00, 0x7F, 0x62)),
    (ColorRole::Fourth, (0xA3, 0x40, 0x93)),
    (ColorRole::Remainder, (0x7C, 0x85, 0x90)),
];

/// Light on nearly black.
pub(in crate::render) const DARK: ColorScheme = [
    (ColorRole::Background, (0x17, 0x1C, 0x23)),
    (ColorRole::Text, (0xE9, 0xED, 0xF2)),
    (ColorRole::MutedText, (0xA8, 0xB3, 0xBF)),
    (ColorRole::ValueAxis, (0x6B, 0x77, 0x85)),
    (ColorRole::Grid, (0x2B, 0x33, 0x3D)),
    (ColorRole::First, (0x5A, 0xA9, 0xF5)),
    (ColorRole::Second, (0xF7, 0xB9, 0x55)),
    (ColorRole::Third, (0x3F, 0xC9, 0xA3)),
    (ColorRole::Fourth, (0xE2, 0x8F, 0xD6)),
    (ColorRole::Remainder, (0x8B, 0x96, 0xA3)),
];

impl ColorRole {
    /// The colour of a series by its position.
    pub(super) fn for_series(at: usize) -> Self {
        match at {
            0 => Self::First,
            1 => Self::Second,
            2 => Self::Third,
            3 => Self::Fourth,
            _ => Self::Remainder,
        }
    }

    /// The colour used for drawing, which is that of the light scheme.
    pub(super) fn color(self) -> RGBColor {
        let (red, green, blue) = self.rgb(&LIGHT);
        RGBColor(red, green, blue)
    }

    /// The name of its CSS custom property.
    pub(in crate::render) fn property(self) -> &'static str {
        match self {
            Self::Background => "--background",
            Self::Text => "--text",
            Self::MutedText => "--muted-text",
            Self::ValueAxis => "--axis",
            Self::Grid => "--grid",
            Self::First => "--first",
            Self::Second => "--second",
            Self::Third => "--third",
            Self::Fourth => "--fourth",
            Self::Remainder => "--remainder",
        }
    }

    fn rgb(self, scheme: &ColorScheme) -> (u8, u8, u8) {
        let found = scheme.iter().find(|(role, _)| *role == self);
        found.map_or((0, 0, 0), |(_, rgb)| *rgb)
    }
}

/// A colour as `#RRGGBB`, in upper case as plotters writes it.
pub(in crate::render) fn hex((red, green, blue): (u8, u8, u8)) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG 2.2, "relative luminance".
    fn luminance((red, green, blue): (u8, u8, u8)) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    fn contrast(one: (u8, u8, u8), other: (u8, u8, u8)) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn text_and_series_contrast_with_the_background_in_both_schemes() {
        for scheme in [&LIGHT, &DARK] {
            let metrics = ColorRole::Background.rgb(scheme);
            for (role, rgb) in scheme {
                let least = match role {
                    ColorRole::Background | ColorRole::Grid => 1.0,
                    ColorRole::Text | ColorRole::MutedText => 4.5,
                    _ => 3.0,
                };
                let found = contrast(*rgb, metrics);
                assert!(found >= least, "{role:?} {}: {found:.2}", hex(*rgb));
            }
        }
    }

    #[test]
    fn first_and_second_series_differ_without_hue() {
        for scheme in [&LIGHT, &DARK] {
            let found = contrast(ColorRole::First.rgb(scheme), ColorRole::Second.rgb(scheme));
            assert!(found >= 1.4, "{found:.2}");
        }
    }

    #[test]
    fn no_two_roles_share_a_colour() {
        for scheme in [&LIGHT, &DARK] {
            let colors: std::collections::BTreeSet<_> = scheme.iter().map(|(_, rgb)| rgb).collect();
            assert_eq!(colors.len(), scheme.len());
        }
    }
}
