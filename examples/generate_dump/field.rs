//! The content of one field of a record to write: nothing, a text, or a JSON value.

/// The content of a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Form {
    /// The key is not written.
    #[default]
    Absent,
    /// A text: quoted and escaped in JSON, quoted if needed in CSV.
    Text,
    /// A JSON value, written unchanged: number, boolean, null, object, array.
    Raw,
}

/// One field.
#[derive(Debug, Default)]
pub(crate) struct Field {
    pub(crate) form: Form,
    pub(crate) bytes: Vec<u8>,
}

impl Field {
    /// Removes the key.
    pub(crate) fn remove(&mut self) {
        self.form = Form::Absent;
    }

    /// Sets a text.
    pub(crate) fn text(&mut self, text: &str) {
        self.begin(Form::Text).extend_from_slice(text.as_bytes());
    }

    /// Sets a JSON value.
    pub(crate) fn raw(&mut self, json: &str) {
        self.begin(Form::Raw).extend_from_slice(json.as_bytes());
    }

    /// Empties the field and returns its buffer.
    pub(crate) fn begin(&mut self, form: Form) -> &mut Vec<u8> {
        self.form = form;
        self.bytes.clear();
        &mut self.bytes
    }
}
