//! Exact domain values, parsed from text into a value or a typed error; nothing is guessed.
//!
//! Money is never a float, an instant is microseconds in UTC with the offset it was written in, and
//! an ambiguous text is refused or reported, never silently resolved.

pub mod currency;
mod duration;
mod exit_code;
pub mod instant;
pub mod money;
pub mod pt_br;
mod ratio;
pub mod text;
mod timezone;

pub use duration::parse_duration;
pub use exit_code::ExitCode;
pub use ratio::{Ratio, parse_ratio, percent_of};
pub use timezone::{UnknownTimezone, is_same_timezone, is_utc, parse_timezone};

#[cfg(test)]
mod tests {
    use chrono_tz::America::Sao_Paulo;
    use proptest::prelude::*;

    use super::pt_br::{DateOrder, DecimalSign};
    use super::{currency, instant, money, pt_br};

    proptest! {
        #[test]
        fn no_text_makes_a_parser_panic(
            text in "(?s:.){0,20}|[-+0-9.,:/TWZeR$ ]{0,24}(?s:.){0,2}",
        ) {
            let _ = currency::parse_currency(&text);
            let _ = instant::parse_date(&text);
            let _ = instant::parse_epoch(&text);
            let _ = instant::parse_instant(&text, Sao_Paulo);
            let _ = money::parse_decimal(&text);
            let _ = pt_br::parse_bool(&text);
            let _ = pt_br::date_evidence(&text);
            let _ = pt_br::number_evidence(&text);
            for order in [DateOrder::YearFirst, DateOrder::DayFirst, DateOrder::MonthFirst] {
                let _ = pt_br::normalise_timestamp(&text, order);
            }
            for sign in [DecimalSign::Point, DecimalSign::Comma] {
                let _ = pt_br::normalise_number(&text, sign);
            }
        }
    }
}
