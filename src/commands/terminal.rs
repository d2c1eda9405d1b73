//! The terminal that standard output is.

use super::Pager;
use crate::render::Screen;

/// The terminal of standard output.
#[derive(Clone, Debug)]
pub struct Terminal {
    /// Its window.
    pub screen: Screen,
    /// Shows texts that are longer than the window, unless the user has disabled it.
    pub pager: Option<Pager>,
}

impl Terminal {
    /// A terminal with a window of `width` columns and `height` lines.
    pub fn new(width: usize, height: usize, has_colours: bool, pager: Option<Pager>) -> Self {
        Self {
            screen: Screen {
                width,
                height,
                has_colours,
            },
            pager,
        }
    }
}
