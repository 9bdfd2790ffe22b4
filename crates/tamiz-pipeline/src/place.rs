//! The places of a definition's stages and options, for people who ask why.

use toml::de::DeTable;
use toml::de::DeValue;

use crate::Pipeline;
use crate::options::locate;

impl Pipeline {
    /// The line (from 1) of an option of the stage at `index`, by the keys and positions that lead to it; the stage's
    /// own line where it cannot be followed.
    ///
    /// # Panics
    /// If there is no stage at `index`.
    #[must_use]
    pub fn line_of(&self, index: usize, at: &[String]) -> usize {
        let own = self.stages()[index].line;
        let (document, _) = DeTable::parse_recoverable(self.text());
        let document = document.into_inner();
        let Some(DeValue::Array(stages)) = document.get("stage").map(toml::Spanned::get_ref) else {
            return own;
        };
        let line = |start: usize| self.text()[..start.min(self.text().len())].matches('\n').count() + 1;
        stages
            .iter()
            .filter_map(|stage| match stage.get_ref() {
                DeValue::Table(table) => Some(toml::Spanned::new(stage.span(), table.clone())),
                _ => None,
            })
            .find(|stage| line(stage.span().start) == own)
            .map_or(own, |stage| line(locate(&stage, at).start))
    }
}
