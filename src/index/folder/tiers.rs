//! Which segments are merged after a change.
//!
//! A change adds a small segment and deletes entries of others. To merge all of it each time costs as much as the
//! index is large; never to merge makes a search look into more and more segments. So segments of like size are
//! merged once there are some of them, as in a merge tree (O'Neil and others, "The log-structured merge-tree",
//! 1996): each entry is written anew a few times in its life, and there are never more than some segments
//! for each size. A segment that has lost many of its entries is written anew without them.

/// So many segments of like size are merged.
const MOST_ALIKE: usize = 5;
/// A segment is like the smaller ones when it is at most so many times as large as they are together.
const ALIKE: u64 = 3;
/// What is smaller counts as so many entries: to merge it costs next to nothing.
const SMALL: u64 = 32;
/// One in so many entries of a segment may be deleted.
const WORN: u64 = 5;

/// The entries of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SegmentSize {
    pub(super) left: u64,
    pub(super) deleted: u64,
}

impl SegmentSize {
    fn counted(&self) -> u64 {
        self.left.max(SMALL)
    }

    fn is_worn(&self) -> bool {
        self.deleted * WORN > self.left + self.deleted
    }
}

/// Those of the segments that are to be merged into one: most often none.
pub(super) fn to_merge<I: Copy>(segments: &[(I, SegmentSize)]) -> Vec<I> {
    let mut segments = segments.to_vec();
    segments.sort_by_key(|(_, size)| size.left);
    let sizes: Vec<SegmentSize> = segments.iter().map(|(_, size)| *size).collect();
    let alike = match alike(&sizes) {
        few if few < MOST_ALIKE => 0,
        many => many,
    };
    // With one that is written anew, what is smaller goes along.
    let worn = sizes.iter().rposition(SegmentSize::is_worn);
    let merged = alike.max(worn.map_or(0, |last| last + 1));
    segments[..merged].iter().map(|(id, _)| *id).collect()
}

/// How many of the smallest are of like size.
fn alike(sizes: &[SegmentSize]) -> usize {
    let mut together = 0;
    let is_like = |size: &&SegmentSize| {
        let is_like = together == 0 || size.counted() <= ALIKE * together;
        together += size.counted();
        is_like
    };
    sizes.iter().take_while(is_like).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(left: u64) -> SegmentSize {
        SegmentSize { left, deleted: 0 }
    }

    fn merged(sizes: &[u64]) -> Vec<u64> {
        let segments: Vec<_> = sizes.iter().map(|&size| (size, whole(size))).collect();
        to_merge(&segments)
    }

    #[test]
    fn like_segments_are_merged_once_they_are_many() {
        assert_eq!(merged(&[28_000, 10, 300, 1, 7]), [0; 0]);
        assert_eq!(merged(&[28_000, 10, 300, 1, 7, 90]), [1, 7, 10, 90, 300]);
        assert_eq!(merged(&[60_000, 60_001, 60_002, 60_003, 60_004, 5]), [0; 0]);
        assert_eq!(merged(&[]), [0; 0]);
    }

    #[test]
    fn a_segment_that_has_lost_many_is_written_anew() {
        let size = |left, deleted| SegmentSize { left, deleted };
        let segments = [(1, size(8000, 2000)), (2, size(9000, 0)), (3, size(10, 0))];
        assert_eq!(to_merge(&segments), [0; 0]);
        let segments = [(1, size(7999, 2001)), (2, size(9000, 0)), (3, size(10, 0))];
        assert_eq!(to_merge(&segments), [3, 1]);
    }

    #[test]
    fn segments_stay_few_and_each_entry_is_written_a_few_times() {
        let mut segments = vec![28_000];
        let (mut written, mut added, mut most) = (0, 0, 0);
        for change in 0..2000_u64 {
            let new = 1 + change * 7919 % 40;
            segments.push(new);
            added += new;
            let sizes: Vec<_> = segments
                .iter()
                .map(|&size| whole(size))
                .enumerate()
                .collect();
            let merged = to_merge(&sizes);
            if !merged.is_empty() {
                let sum = merged.iter().map(|&at| segments[at]).sum();
                let kept = (0..segments.len()).filter(|at| !merged.contains(at));
                segments = kept.map(|at| segments[at]).chain([sum]).collect();
                written += sum;
            }
            most = most.max(segments.len());
        }
        assert!(most <= 8, "{most}");
        assert!(written <= 10 * added, "{written} of {added}");
    }
}
