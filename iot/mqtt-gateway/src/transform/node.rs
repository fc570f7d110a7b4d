//! Tree of the keys of a payload, with the destination of each value.

/// Key of a payload, with the destinations of its value and of the values inside.
#[derive(Debug, Default)]
pub struct Node {
    /// The key.
    key: Box<str>,
    /// Name of a field learned from this value: the keys on the path, joined by `_`.
    pub name: Box<str>,
    /// Destinations of the value.
    pub destinations: Vec<u16>,
    /// Whether the configuration excludes the value.
    pub is_skipped: bool,
    members: Vec<Self>,
    items: Vec<(usize, Self)>,
}

/// One step of a path to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Member of an object.
    Key(Box<str>),
    /// Item of a list, counted from 0.
    Item(usize),
}

impl Node {
    /// Creates the node of a member; `parent` is the name of its parent.
    pub fn new(parent: &str, key: &str) -> Self {
        let name = if parent.is_empty() { key.into() } else { format!("{parent}_{key}").into() };
        Self { key: key.into(), name, ..Self::default() }
    }

    /// Adds a destination for the value at the end of a path.
    pub fn place(&mut self, path: &[Step], destination: u16) {
        self.change(path, &|node| node.destinations.push(destination));
    }

    /// Excludes the value at the end of a path, and all values inside.
    pub fn skip(&mut self, path: &[Step]) {
        self.change(path, &|node| node.is_skipped = true);
    }

    fn change(&mut self, path: &[Step], change: &dyn Fn(&mut Self)) {
        match path.split_first() {
            None => change(self),
            Some((Step::Key(key), rest)) => match self.members.iter_mut().find(|member| member.key == *key) {
                Some(member) => member.change(rest, change),
                None => {
                    let mut member = Self::new(&self.name, key);
                    member.change(rest, change);
                    self.members.push(member);
                }
            },
            Some((Step::Item(index), rest)) => match self.item(*index) {
                Some(item) => item.change(rest, change),
                None => {
                    let mut item = Self::new(&self.name, &index.to_string());
                    item.change(rest, change);
                    self.items.push((*index, item));
                }
            },
        }
    }

    /// Index of a member. `expected` is its likely index: the one after the previous member, since devices keep their
    /// order.
    pub fn find(&self, key: &str, expected: usize) -> Option<usize> {
        let is_here = self.members.get(expected).is_some_and(|member| *member.key == *key);
        if is_here { Some(expected) } else { self.members.iter().position(|member| *member.key == *key) }
    }

    /// Member at an index returned by [`Node::find`].
    pub fn member(&mut self, at: usize) -> Option<&mut Self> {
        self.members.get_mut(at)
    }

    /// Item at an index.
    pub fn item(&mut self, index: usize) -> Option<&mut Self> {
        self.items.iter_mut().find(|(at, _)| *at == index).map(|(_, node)| node)
    }

    /// Whether an item of a list has a destination.
    pub fn has_items(&self) -> bool {
        !self.items.is_empty()
    }

    /// Whether a member of an object has a destination.
    pub fn has_members(&self) -> bool {
        !self.members.is_empty()
    }

    /// Whether the value or a value inside has a destination, or is excluded.
    pub fn is_decided(&self) -> bool {
        self.is_skipped || !self.destinations.is_empty() || self.has_members() || self.has_items()
    }

    /// Adds a member.
    pub fn add(&mut self, member: Self) {
        self.members.push(member);
    }
}
