//! Where an index is: the one place that knows which engines there are.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(feature = "cluster")]
use super::cluster::{self, Cluster, ClusterAddress};
use super::engine::Engine;
use super::error::IndexError;
use super::folder::{self, Index};
use super::guard::Guarded;
use super::report::{BuildEvent, BuildReport};
use super::sources::Sources;

/// Where an index is, or is to be.
///
/// Whoever opens one need not know what keeps it.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # std::fs::write(folder.path().join("neck.txt"), "Neck pain\n\nRest helps most people.\n")?;
/// use palpate::index::{Home, Sources};
/// let home = Home::Folder(folder.path().join("index"));
/// let report = home.build(&Sources::of([folder.path()]), &mut |_| {})?;
/// assert_eq!((report.documents, report.passages), (1, 1));
/// assert_eq!(home.open()?.manifest().passages, 1);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Home {
    /// In a folder: the embedded engine.
    Folder(PathBuf),
    /// In a cluster.
    #[cfg(feature = "cluster")]
    Cluster(ClusterAddress),
}

impl Home {
    /// Opens the current generation.
    pub fn open(&self) -> Result<Arc<dyn Engine>, IndexError> {
        Ok(match self {
            Home::Folder(dir) => {
                let index = Index::open(dir)?;
                Arc::new(Guarded::new(Arc::new(index), dir.clone()))
            }
            #[cfg(feature = "cluster")]
            Home::Cluster(address) => Arc::new(Cluster::open(address)?),
        })
    }

    /// Opens a generation that was kept, where the index is in a folder.
    pub fn open_generation(&self, number: u64) -> Result<Arc<dyn Engine>, IndexError> {
        match self {
            Home::Folder(dir) => {
                let generation = folder::open_generation(dir, number)?;
                Ok(Arc::new(Guarded::new(Arc::new(generation), dir.clone())))
            }
            #[cfg(feature = "cluster")]
            Home::Cluster(address) => Err(IndexError::NoGeneration {
                path: address.to_string().into(),
                number,
            }),
        }
    }

    /// Builds an index of everything in `sources`, whether anything has changed or not.
    ///
    /// The index that was there stays as it is, and searchable, until the new one is complete.
    /// Files that cannot be read are listed in the report and do not stop the build.
    pub fn build(
        &self,
        sources: &Sources,
        progress: &mut dyn FnMut(BuildEvent<'_>),
    ) -> Result<BuildReport, IndexError> {
        match self {
            Home::Folder(dir) => folder::build(sources, dir, progress),
            #[cfg(feature = "cluster")]
            Home::Cluster(address) => cluster::build(sources, address, progress),
        }
    }

    /// Brings the index up to date; where nothing has changed, it stays as it is.
    pub fn update(
        &self,
        sources: &Sources,
        progress: &mut dyn FnMut(BuildEvent<'_>),
    ) -> Result<BuildReport, IndexError> {
        match self {
            Home::Folder(dir) => folder::update(sources, dir, progress),
            #[cfg(feature = "cluster")]
            Home::Cluster(address) => cluster::update(sources, address, progress),
        }
    }

    /// The folder it is in, if it is in one.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Home::Folder(dir) => Some(dir),
            #[cfg(feature = "cluster")]
            Home::Cluster(_) => None,
        }
    }
}

impl fmt::Display for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Home::Folder(dir) => write!(f, "{}", dir.display()),
            #[cfg(feature = "cluster")]
            Home::Cluster(address) => write!(f, "{address}"),
        }
    }
}
