package org.dxos.dmg.graph;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.NIOFSDirectory;
import org.apache.lucene.util.Bits;

/**
 * The words of a text index, and where each is found.
 *
 * @param texts that words are of
 */
record TextWords(Map<String, Where> terms, long texts) {

  /**
   * @param times that a word is found
   * @param places what is told apart is which subjects these are, in any order
   */
  record Where(long times, long places) {
    static final Where NOWHERE = new Where(0, 0);

    private Where and(Where other) {
      return new Where(times + other.times, places + other.places);
    }
  }

  /** Spreads 32 bits over 64, so that sums of some are seldom those of others. */
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  /**
   * Reads an index.
   *
   * @throws IOException if a file of it is not as it was written
   */
  static TextWords of(Path data) throws IOException {
    Map<String, Where> terms = new HashMap<>();
    try (NIOFSDirectory words = new NIOFSDirectory(data.resolve("words"))) {
      if (!DirectoryReader.indexExists(words)) {
        return new TextWords(terms, 0);
      }
      try (DirectoryReader reader = DirectoryReader.open(words)) {
        for (LeafReaderContext leaf : reader.leaves()) {
          leaf.reader().checkIntegrity();
          read(leaf.reader(), terms);
        }
        return new TextWords(terms, reader.numDocs());
      }
    }
  }

  private static void read(LeafReader leaf, Map<String, Where> into) throws IOException {
    Terms words = leaf.terms("text");
    if (words == null) {
      return;
    }
    long[] subjects = subjects(leaf);
    Bits live = leaf.getLiveDocs();
    TermsEnum terms = words.iterator();
    while (terms.next() != null) {
      PostingsEnum found = terms.postings(null, PostingsEnum.FREQS);
      Where where = Where.NOWHERE;
      for (int doc = found.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = found.nextDoc()) {
        if (live == null || live.get(doc)) {
          where = where.and(new Where(found.freq(), subjects[doc] * found.freq()));
        }
      }
      if (where.times() > 0) {
        into.merge(terms.term().utf8ToString(), where, Where::and);
      }
    }
  }

  private static long[] subjects(LeafReader leaf) throws IOException {
    long[] subjects = new long[leaf.maxDoc()];
    for (int doc = 0; doc < subjects.length; doc++) {
      String subject = leaf.storedFields().document(doc).get("uri");
      subjects[doc] = String.valueOf(subject).hashCode() * SPREAD;
    }
    return subjects;
  }
}
