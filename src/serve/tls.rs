//! Encryption of connections, with a certificate and a key from files (feature `tls`).

use std::path::PathBuf;

use tokio::io::{AsyncRead, AsyncWrite};

/// The files that a server shows who it is with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate and those that vouch for it, in PEM.
    pub certificate: PathBuf,
    /// The private key, in PEM.
    pub key: PathBuf,
}

/// Why connections cannot be encrypted.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {cause}")]
pub struct TlsError {
    path: PathBuf,
    cause: String,
}

/// What bytes come from and go to, encrypted or not.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// What encrypts connections.
#[derive(Clone)]
pub(super) struct Encryption(imp::Acceptor);

impl Encryption {
    /// Reads the files.
    pub(super) fn of(files: &TlsFiles) -> Result<Encryption, TlsError> {
        imp::acceptor(files).map(Encryption)
    }

    /// Agrees with whoever is at the other end on how to encrypt.
    pub(super) async fn agree(&self, wire: impl Wire + 'static) -> std::io::Result<Box<dyn Wire>> {
        imp::agree(&self.0, wire).await
    }
}

#[cfg(feature = "tls")]
mod imp {
    use std::path::Path;
    use std::sync::Arc;

    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::crypto::ring::default_provider;
    use tokio_rustls::rustls::pki_types::pem::PemObject;
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

    use super::{TlsError, TlsFiles, Wire};

    pub(super) type Acceptor = TlsAcceptor;

    pub(super) fn acceptor(files: &TlsFiles) -> Result<Acceptor, TlsError> {
        let wrong = |path: &Path, cause: &dyn std::fmt::Display| TlsError {
            path: path.to_owned(),
            cause: cause.to_string(),
        };
        let (certificate, key) = (&files.certificate, &files.key);
        let chain = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|cause| wrong(certificate, &cause))?;
        if chain.is_empty() {
            return Err(wrong(certificate, &"there is no certificate in it (PEM)"));
        }
        let private = PrivateKeyDer::from_pem_file(key).map_err(|cause| wrong(key, &cause))?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|cause| wrong(certificate, &cause))?
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .map_err(|cause| wrong(certificate, &cause))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    pub(super) async fn agree(
        acceptor: &Acceptor,
        wire: impl Wire + 'static,
    ) -> std::io::Result<Box<dyn Wire>> {
        Ok(Box::new(acceptor.accept(wire).await?))
    }
}

#[cfg(not(feature = "tls"))]
mod imp {
    use std::convert::Infallible;

    use super::{TlsError, TlsFiles, Wire};

    /// There is none.
    pub(super) type Acceptor = Infallible;

    pub(super) fn acceptor(files: &TlsFiles) -> Result<Acceptor, TlsError> {
        Err(TlsError {
            path: files.certificate.clone(),
            cause: "this palpate was built without the feature “tls”".to_owned(),
        })
    }

    pub(super) async fn agree(
        acceptor: &Acceptor,
        _: impl Wire + 'static,
    ) -> std::io::Result<Box<dyn Wire>> {
        match *acceptor {}
    }
}
