//! Requests to those who want to be told: a body goes in, whether it was taken comes out. Waits
//! ten seconds at most, and never says a URL: it may hold a token.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use tokio::runtime::{Builder, Runtime};

use crate::storage::{LimitReached, probe_files, probe_threads};

/// As long as the exporters of OpenTelemetry wait (`OTEL_EXPORTER_OTLP_TIMEOUT`).
const TIMEOUT: Duration = Duration::from_secs(10);
/// What the runtime opens, and a connection.
const RUNTIME_FILES: usize = 7;
/// A host that does not answer is not worth more of a run's time.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Why somebody could not be told.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    #[error(transparent)]
    Limit(#[from] LimitReached),
    #[error("cannot start what sends requests")]
    Runtime(#[source] std::io::Error),
    #[error("cannot send the request")]
    Request(#[source] reqwest::Error),
    #[error("the answer was {0}")]
    Status(http::StatusCode),
}

impl From<reqwest::Error> for SendError {
    fn from(error: reqwest::Error) -> Self {
        Self::Request(error.without_url())
    }
}

/// Sends requests, one at a time.
#[derive(Debug)]
pub(super) struct HttpSender {
    /// There until it is dropped.
    runtime: Option<Runtime>,
    client: reqwest::Client,
}

impl HttpSender {
    pub(super) fn new() -> Result<Self, SendError> {
        // One that works, and one that asks for addresses.
        probe_threads(2)?;
        probe_files(RUNTIME_FILES)?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("observe")
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

    /// Posts JSON, with a bearer token if there is one.
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
        // A request looks for the runtime when it is begun.
        let answer = self.runtime().block_on(async { request.send().await })?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(SendError::Status(answer.status()))
        }
    }

    /// What waits for the exporters of OpenTelemetry.
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
        // A name server that does not answer must not hold up the end of the process.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Carries the requests of OpenTelemetry's exporters.
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
