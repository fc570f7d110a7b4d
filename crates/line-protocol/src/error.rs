//! Why a name, a value or a line cannot be written.

/// Why a name, a value or a line cannot be written.
///
/// It carries no text, so that it costs nothing to return; the caller knows the column and adds its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A measurement, tag key or field key without a character.
    #[error("the name is empty")]
    EmptyName,
    /// A measurement that begins with `#`. The line would be read as a comment, and no escape prevents it.
    #[error("a measurement cannot begin with `#`")]
    CommentMark,
    /// A line break, tab or other ASCII control character in a name or a tag value. String fields may hold them.
    #[error("control characters are possible in string fields only")]
    ControlCharacter,
    /// A name or tag value that ends in a backslash, which would escape the separator after it.
    #[error("a name or tag value cannot end in a backslash")]
    TrailingBackslash,
    /// A name made by [`Name::measurement`](crate::Name::measurement) used as a key, or the other way round.
    #[error("the name is escaped for another place")]
    MisplacedName,
    /// A tag without a value. A tag that is absent is left out.
    #[error("the tag value is empty")]
    EmptyTagValue,
    /// A second tag of the same key on one line.
    #[error("the tag is on the line already")]
    DuplicateTag,
    /// A tag after the first field, where the format has no place for one.
    #[error("a tag must come before the fields")]
    TagAfterField,
    /// A float that is NaN or infinite.
    #[error("the number is not finite")]
    NotFinite,
    /// A line without a field.
    #[error("the line has no field")]
    NoField,
}
