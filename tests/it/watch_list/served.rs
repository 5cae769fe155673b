//! The page and the feed of saved questions.
