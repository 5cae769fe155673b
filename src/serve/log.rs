//! What the server says of itself on standard error: what went wrong, and where that is wanted each request,
//! for people or as JSON for what collects logs.
//!
//! A line about a request has its path and not its query: what somebody searched for in a clinic is theirs.

use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use serde_json::{Value, json};

use super::tokens::Asker;

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    /// An object a line, with `time` (RFC 3339), `level` and `message` or what there is to say of a request.
    Json,
}

/// The format that was asked for; standard error is one for the whole process, and so is this.
static FORMAT: OnceLock<LogFormat> = OnceLock::new();

/// Writes all lines in a format from now on.
pub(super) fn write_as(format: LogFormat) {
    // Only the first server of a process says how.
    let _ = FORMAT.set(format);
}

/// Says that something went wrong.
pub(super) fn trouble(what: &dyn std::fmt::Display) {
    match FORMAT.get() {
        Some(LogFormat::Json) => {
            line(json!({"time": now(), "level": "error", "message": what.to_string()}));
        }
        Some(LogFormat::Text) | None => eprintln!("palpate: {what}"),
    }
}

/// Writes a line about each request, if lines were asked for.
pub(super) async fn requests(request: Request, next: Next) -> Response {
    let Some(format) = FORMAT.get() else {
        return next.run(request).await;
    };
    let started = Instant::now();
    let (method, path) = (
        request.method().to_string(),
        request.uri().path().to_owned(),
    );
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let milliseconds = started.elapsed().as_secs_f64() * 1e3;
    let asker = response.extensions().get::<Asker>();
    let asker = asker.and_then(|asker| asker.0.as_deref()).unwrap_or("-");
    match format {
        // Addresses are ASCII without control characters: nothing in them steers a terminal.
        LogFormat::Text => eprintln!(
            "{} {asker} {method} {path} {status} {milliseconds:.1} ms",
            now()
        ),
        LogFormat::Json => line(json!({
            "time": now(), "level": "info", "asker": asker, "method": method, "path": path, "status": status,
            "milliseconds": milliseconds,
        })),
    }
    response
}

fn line(value: Value) {
    eprintln!("{value}");
}

fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let since = since.unwrap_or_default();
    rfc3339(since.as_secs(), since.subsec_millis())
}

/// A moment in RFC 3339, of seconds since 1970. The date is that of Howard Hinnant, "chrono-compatible
/// low-level date algorithms" (2013): years begin in March, so that the day that some lack is the last.
fn rfc3339(seconds: u64, milliseconds: u32) -> String {
    let (days, second) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let (year, month) = match month {
        0..10 => (era * 400 + year, month + 3),
        _ => (era * 400 + year + 1, month - 9),
    };
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}.{milliseconds:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_calendars_have_them() {
        for (seconds, written) in [
            (0, "1970-01-01T00:00:00.007Z"),
            (951_782_399, "2000-02-28T23:59:59.007Z"),
            (951_782_400, "2000-02-29T00:00:00.007Z"),
            (1_709_251_200, "2024-03-01T00:00:00.007Z"),
            (4_107_542_399, "2100-02-28T23:59:59.007Z"),
            (4_107_542_400, "2100-03-01T00:00:00.007Z"),
        ] {
            assert_eq!(rfc3339(seconds, 7), written);
        }
    }
}
