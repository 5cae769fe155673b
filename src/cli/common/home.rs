//! Where the index is, as it is said on the command line: shared by all commands that need one.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;
#[cfg(feature = "cluster")]
use palpate::index::ClusterAddress;
use palpate::index::{Engine, Home, IndexError, Sources};
use palpate::lexicon::Lexicon;

use super::Outcome;
use super::build::{DEFAULT_CORPUS, build, outcome};
use super::tell;

const DEFAULT_INDEX: &str = "index";
/// What stands for `--index` and `--engine` where neither is given.
const FOLDER: &str = "PALPATE_INDEX";
const ENGINE: &str = "PALPATE_ENGINE";

/// A folder, or a cluster.
#[derive(Debug, clap::Args)]
pub(crate) struct HomeArgs {
    /// Folder of the index [default: index] [env: PALPATE_INDEX]
    #[arg(long = "index", value_name = "DIR")]
    dir: Option<PathBuf>,
    #[cfg(feature = "cluster")]
    #[command(flatten)]
    cluster: ClusterArgs,
}

#[cfg(feature = "cluster")]
#[derive(Debug, clap::Args)]
struct ClusterArgs {
    /// Index in an OpenSearch cluster, as http://node:9200/palpate [env: PALPATE_ENGINE]
    ///
    /// Several nodes are parted by commas. A name and a password are taken from
    /// PALPATE_ENGINE_USER and PALPATE_ENGINE_PASSWORD or from the URL, an API key from
    /// PALPATE_ENGINE_API_KEY; they are never printed.
    #[arg(
        long,
        help_heading = "Cluster",
        value_name = "URL",
        conflicts_with = "dir"
    )]
    engine: Option<String>,
    /// Trust the certificates in this file (PEM), and no others
    #[arg(
        long,
        help_heading = "Cluster",
        value_name = "FILE",
        env = "PALPATE_ENGINE_CA"
    )]
    engine_ca: Option<PathBuf>,
    /// Give up a request after this time
    #[arg(
        long,
        help_heading = "Cluster",
        value_name = "SECONDS",
        env = "PALPATE_ENGINE_TIMEOUT",
        default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    engine_timeout: u64,
}

impl HomeArgs {
    /// The index that is meant.
    pub(crate) fn home(&self) -> anyhow::Result<Home> {
        let engine = self.engine();
        match (&self.dir, engine, variable(FOLDER), variable(ENGINE)) {
            (Some(dir), ..) => Ok(Home::Folder(dir.clone())),
            (None, Some(engine), ..) => self.in_cluster(&engine),
            (None, None, Some(_), Some(_)) => bail!("{FOLDER} and {ENGINE} are both set"),
            (None, None, Some(dir), None) => Ok(Home::Folder(dir.into())),
            (None, None, None, Some(engine)) => self.in_cluster(&engine),
            (None, None, None, None) => Ok(Home::Folder(DEFAULT_INDEX.into())),
        }
    }

    /// Opens the index that is meant.
    pub(crate) fn open(&self) -> anyhow::Result<Arc<dyn Engine>> {
        Ok(said_if_of_other_data(self.home()?.open()?))
    }

    /// The folder that is meant, for what can only be done in one.
    pub(crate) fn folder(&self) -> anyhow::Result<PathBuf> {
        match self.home()? {
            Home::Folder(dir) => Ok(dir),
            #[cfg(feature = "cluster")]
            home @ Home::Cluster(_) => bail!("{home} is in a cluster, and this needs a folder"),
        }
    }

    /// Opens the index; where none was named and there is none yet, builds it first. With it comes
    /// how that went.
    ///
    /// A build takes its time: what can be wrong with the other arguments is said by `check` before
    /// one begins. It is given the lexicon that the index will have.
    pub(crate) fn open_or_build(
        &self,
        check: impl FnOnce(&Lexicon) -> anyhow::Result<()>,
    ) -> anyhow::Result<(Arc<dyn Engine>, Outcome)> {
        let home = self.home()?;
        match home.open() {
            Err(IndexError::Missing(_)) if self.is_default() => {
                check(&Lexicon::builtin())?;
                let built = first_build(&home)?;
                Ok((home.open()?, built))
            }
            opened => Ok((said_if_of_other_data(opened?), Outcome::Found)),
        }
    }

    /// Whether nobody said where the index is.
    pub(crate) fn is_default(&self) -> bool {
        let named = self.dir.is_some() || self.engine().is_some();
        !named && variable(FOLDER).is_none() && variable(ENGINE).is_none()
    }
}

/// Says so where an index was annotated with other tables than are read now.
fn said_if_of_other_data(engine: Arc<dyn Engine>) -> Arc<dyn Engine> {
    if !engine.manifest().is_of_present_data() {
        tell(format_args!(
            "palpate: the index was made with other tables (--data); `palpate index` makes it anew \
             with those that are read now"
        ));
    }
    engine
}

#[cfg(feature = "cluster")]
impl HomeArgs {
    fn engine(&self) -> Option<String> {
        self.cluster.engine.clone()
    }

    fn in_cluster(&self, address: &str) -> anyhow::Result<Home> {
        Ok(Home::Cluster(self.cluster.address(address)?))
    }
}

#[cfg(not(feature = "cluster"))]
impl HomeArgs {
    fn engine(&self) -> Option<String> {
        None
    }

    fn in_cluster(&self, _: &str) -> anyhow::Result<Home> {
        bail!("{ENGINE} is set, and this palpate was built without the feature “cluster”")
    }
}

#[cfg(feature = "cluster")]
impl ClusterArgs {
    fn address(&self, address: &str) -> Result<ClusterAddress, IndexError> {
        let mut address = ClusterAddress::parse(address)?;
        if let Some(key) = variable("PALPATE_ENGINE_API_KEY") {
            address = address.with_api_key(&key);
        } else if let Some(user) = variable("PALPATE_ENGINE_USER") {
            let password = variable("PALPATE_ENGINE_PASSWORD").unwrap_or_default();
            address = address.with_password(&user, &password);
        }
        address.ca.clone_from(&self.engine_ca);
        address.patience = std::time::Duration::from_secs(self.engine_timeout);
        if address.tells_secrets() {
            tell(format_args!(
                "palpate: warning: the password goes to {address} as everybody can read it"
            ));
        }
        Ok(address)
    }
}

fn first_build(home: &Home) -> anyhow::Result<Outcome> {
    tell(format_args!(
        "palpate: no index yet; building {home} from {DEFAULT_CORPUS}"
    ));
    let report = build(&Sources::of([DEFAULT_CORPUS]), home)?;
    tell(format_args!(
        "palpate: indexed {} passages of {} documents",
        report.passages, report.documents
    ));
    Ok(outcome(&report))
}

/// A variable that says something.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
