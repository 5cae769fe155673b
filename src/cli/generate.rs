//! `palpate generate`: what a package carries besides the program, made of the program itself.

use std::io::{self, Write};

use clap::{Command, ValueEnum};
use clap_complete::Shell;
use clap_mangen::Man;

use super::common::{Outcome, stdout};

/// Print the manual page, or completions for a shell
///
/// The manual page says of every command what it does and which options it has. Completions go where
/// the shell looks for them; docs/tools.md says where that is.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What to print
    #[arg(value_name = "WHAT", value_enum)]
    what: Generated,
}

/// What can be made of the description of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Generated {
    /// The manual page, for man
    Man,
    CompleteBash,
    CompleteZsh,
    CompleteFish,
    CompletePowershell,
}

impl Generated {
    /// The shell that it is for; the manual is for none.
    fn shell(self) -> Option<Shell> {
        match self {
            Generated::Man => None,
            Generated::CompleteBash => Some(Shell::Bash),
            Generated::CompleteZsh => Some(Shell::Zsh),
            Generated::CompleteFish => Some(Shell::Fish),
            Generated::CompletePowershell => Some(Shell::PowerShell),
        }
    }
}

impl Args {
    /// Prints what is made of `program`, the description of the whole command line.
    pub(super) fn run(self, mut program: Command) -> anyhow::Result<Outcome> {
        let mut made = Vec::new();
        match self.what.shell() {
            Some(shell) => clap_complete::generate(shell, &mut program, "palpate", &mut made),
            None => manual(&program, &mut made)?,
        }
        stdout(|out| out.write_all(&made))?;
        Ok(Outcome::Found)
    }
}

/// One page for the program and all of its commands: nobody has to know the name of another.
fn manual(program: &Command, out: &mut Vec<u8>) -> io::Result<()> {
    let mut program = program.clone();
    program.build();
    let page = Man::new(program.clone());
    page.render_title(out)?;
    page.render_name_section(out)?;
    page.render_synopsis_section(out)?;
    page.render_description_section(out)?;
    page.render_options_section(out)?;
    shown(&program).try_for_each(|command| chapter(command, out))?;
    page.render_version_section(out)
}

/// What the page says of a command, and of those below it.
fn chapter(command: &Command, out: &mut Vec<u8>) -> io::Result<()> {
    let name = command.get_bin_name().unwrap_or(command.get_name());
    writeln!(out, ".SH \"{}\"", name.to_uppercase())?;
    let page = Man::new(command.clone());
    let mut sections = Vec::new();
    page.render_synopsis_section(&mut sections)?;
    page.render_description_section(&mut sections)?;
    page.render_options_section(&mut sections)?;
    // The sections of a page of its own are subsections here.
    let sections = String::from_utf8_lossy(&sections).replace("\n.SH ", "\n.SS ");
    out.write_all(sections.as_bytes())?;
    shown(command).try_for_each(|command| chapter(command, out))
}

/// The commands that people are told of.
fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    let help = |command: &&Command| command.get_name() == "help";
    let commands = command.get_subcommands().filter(|c| !c.is_hide_set());
    commands.filter(move |command| !help(command))
}
