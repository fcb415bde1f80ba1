//! The people of Sunshine Garden (阳光花园), as they stand in `fixtures/garden`.

/// Somebody of the small community.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Person {
    /// Their code in the office's spreadsheet.
    pub code: &'static str,
    /// Full name.
    pub name: &'static str,
    /// Code of their household.
    pub household: Option<&'static str>,
}

const fn person(code: &'static str, name: &'static str, household: Option<&'static str>) -> Person {
    Person { code, name, household }
}

/// Wang Mei: resident of building 3, flat 1201; reads English.
pub const WANG_MEI: Person = person("P-0001", "王梅", Some("H-0001"));
/// Grandma Wang: lives with Wang Mei; reads Chinese, in Simple mode.
pub const GRANDMA_WANG: Person = person("P-0002", "王秀英", Some("H-0001"));
/// Li Qiang: a neighbour in building 1, flat 302.
pub const LI_QIANG: Person = person("P-0003", "李强", Some("H-0002"));
/// Zhao: repairs, staff.
pub const ZHAO: Person = person("P-0004", "赵建国", None);
/// Chen Jing: the office, staff.
pub const CHEN_JING: Person = person("P-0005", "陈静", None);
/// Lin: the manager.
pub const LIN: Person = person("P-0006", "林涛", None);

/// All of them.
pub const ALL: [Person; 6] = [WANG_MEI, GRANDMA_WANG, LI_QIANG, ZHAO, CHEN_JING, LIN];
/// Key of the community, from which its ids are derived.
pub const COMMUNITY: &str = "sunshine-garden";
