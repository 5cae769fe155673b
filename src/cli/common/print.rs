//! Standard output, and how text is to look there.

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Write};

use clap::ValueEnum;
use palpate::document::visible_lines;
use palpate::output::text::Look;

/// When to use color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

/// Standard output for `print`, flushed at the end so that a full disk is noticed.
pub(crate) fn stdout(print: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    print(&mut out)?;
    out.flush()
}

/// Says something on standard error. Names and arguments in it are not trusted to steer the terminal.
pub(crate) fn tell(text: impl Display) {
    eprintln!("{}", visible_lines(&text.to_string()));
}

/// How text is to look on standard output.
pub(crate) fn look(color: When) -> Look {
    let terminal = std::io::stdout().is_terminal();
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    let color = match color {
        When::Always => true,
        When::Never => false,
        When::Auto => terminal && wanted,
    };
    let columns = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    Look {
        color,
        links: terminal && color && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout),
        width: terminal.then(|| columns.unwrap_or(80).min(100)),
    }
}
