//! Sends HTTP requests with telemetry.
//!
//! In: a body. Out: whether the server accepted it. Waits ten seconds at most, and never reports a
//! URL, which may contain a token.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use tokio::runtime::{Builder, Runtime};

use crate::storage::{LimitReached, probe_files, probe_threads};

/// The default timeout of OpenTelemetry exporters (`OTEL_EXPORTER_OTLP_TIMEOUT`).
const TIMEOUT: Duration = Duration::from_secs(10);
/// The files that the runtime opens, and one connection.
const RUNTIME_FILES: usize = 7;
/// Short, so that an unreachable host does not delay a run.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    #[error(transparent)]
    Limit(#[from] LimitReached),
    #[error("cannot start the runtime of the HTTP client")]
    Runtime(#[source] std::io::Error),
    #[error("cannot send the request")]
    Request(#[source] reqwest::Error),
    #[error("the server answered {0}")]
    Status(http::StatusCode),
}

impl From<reqwest::Error> for SendError {
    fn from(error: reqwest::Error) -> Self {
        Self::Request(error.without_url())
    }
}

/// Sends requests one at a time.
#[derive(Debug)]
pub(super) struct HttpSender {
    /// Present until the sender is dropped.
    runtime: Option<Runtime>,
    client: reqwest::Client,
}

impl HttpSender {
    pub(super) fn new() -> Result<Self, SendError> {
        // One worker thread, and one for name resolution.
        probe_threads(2)?;
        probe_files(RUNTIME_FILES)?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("telemetry")
            .enable_all()
            .build()
            .map_err(SendError::Runtime)?;
        let client = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            .user_agent(concat!("purchase-etl/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self {
            runtime: Some(runtime),
            client,
        })
    }

    /// Posts JSON, with a bearer token, if any.
    pub(super) fn post(
        &self,
        url: &str,
        token: Option<&str>,
        json: Vec<u8>,
    ) -> Result<(), SendError> {
        let mut request = self
            .client
            .post(url)
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(json);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        // Requests must be created within the runtime.
        let answer = self.runtime().block_on(async { request.send().await })?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(SendError::Status(answer.status()))
        }
    }

    /// The runtime for the exporters of OpenTelemetry.
    pub(super) fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("taken only when dropped")
    }

    /// A client for the exporters of OpenTelemetry; it may be called from any thread.
    pub(super) fn exporter_client(&self) -> ExporterClient {
        ExporterClient {
            handle: self.runtime().handle().clone(),
            client: self.client.clone(),
        }
    }
}

impl Drop for HttpSender {
    fn drop(&mut self) {
        // A name server that does not answer must not delay the end of the process.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The HTTP client of the OpenTelemetry exporters.
#[derive(Clone, Debug)]
pub(super) struct ExporterClient {
    handle: tokio::runtime::Handle,
    client: reqwest::Client,
}

#[async_trait::async_trait]
impl HttpClient for ExporterClient {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let sent = self.handle.spawn(async move {
            let request = reqwest::Request::try_from(request)?;
            let answer = client.execute(request).await?;
            let mut response = Response::builder().status(answer.status());
            if let Some(headers) = response.headers_mut() {
                headers.clone_from(answer.headers());
            }
            Ok::<_, reqwest::Error>((response, answer.bytes().await?))
        });
        let (response, body) = sent.await?.map_err(reqwest::Error::without_url)?;
        Ok(response.body(body)?)
    }
}
