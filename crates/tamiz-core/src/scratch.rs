//! Buffers that a worker thread keeps between documents.

use std::any::Any;

/// Reusable memory of one worker thread. Every stage asks for its own type and finds it as the last document left
/// it: so hot paths clear buffers instead of allocating them.
#[derive(Default)]
pub struct Scratch {
    buffers: Vec<Box<dyn Any + Send>>,
}

impl Scratch {
    /// The thread's buffer of that type, made by `Default` at first.
    ///
    /// # Panics
    /// Never: a buffer that was just put in is of its own type.
    pub fn get<T: Any + Send + Default>(&mut self) -> &mut T {
        // A pipeline has a handful of stages; walking a short list beats hashing a type id.
        let position = match self.buffers.iter().position(|buffer| buffer.is::<T>()) {
            Some(position) => position,
            None => {
                self.buffers.push(Box::new(T::default()));
                self.buffers.len() - 1
            }
        };
        self.buffers[position].downcast_mut().expect("the position was found by this type")
    }
}
