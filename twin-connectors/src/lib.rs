//! Every connector behind one door.
