import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.hadoop.mapred.FileInputFormat;
import org.apache.hadoop.mapred.FileSplit;
import org.apache.hadoop.mapred.InputSplit;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapred.LineRecordReader;
import org.apache.hadoop.mapred.TextInputFormat;

/** Asks Hadoop's own classes what the tests of package input expect. See README.md. */
public class Generate {
  static Path out;
  static Path work;
  static final Random random = new Random(20140601);

  public static void main(String[] args) throws Exception {
    out = Path.of(args[0]);
    work = Files.createTempDirectory("generate");
    lines();
    splits();
    globs();
    codecs();
  }

  // ---- lines.txt: what LineRecordReader reads

  static void lines() throws Exception {
    try (PrintWriter w = writer("lines.txt")) {
      String[] fixed = {
        "", "\n", "\r", "\r\n", "\n\r", "a", "a\n", "a\r", "a\r\n", "a\r\r\n", "\r\n\r\n", "a\n\nb", "a\r\rb", "one\ntwo\rthree\r\nfour",
        "\u00ef\u00bb\u00bf", "\u00ef\u00bb\u00bf\n", "\u00ef\u00bb\u00bfa\nb\n", "\u00ef\u00bb", "\u00ef\u00bb\u00bf\u00ef\u00bb\u00bfa\n",
        "a\n\u00ef\u00bb\u00bfb\n", "\u0000\n\u00ff\u00fe\r\u0085\n", "12345\n1234\n123", "1234\r\n12345\r\n",
      };
      int n = 0;
      for (String text : fixed) {
        byte[] data = text.getBytes(StandardCharsets.ISO_8859_1);
        String name = file(w, n++, data);
        for (int start = 0; start <= data.length; start++) {
          for (int end = start; end <= data.length; end++) {
            read(w, name, start, end - start, null, 0);
          }
        }
        read(w, name, 0, data.length, null, 6);
      }
      for (int i = 0; i < 40; i++) {
        byte[] data = randomBytes(i % 2 == 0 ? "ab\n\r" : "abcdefgh\n\r\r\n\n", 1 + random.nextInt(60));
        randomSplits(w, file(w, n++, data), data.length, null, 0, 12);
        randomSplits(w, "f" + (n - 1), data.length, null, 1 + random.nextInt(12), 12);
      }
      for (int i = 0; i < 5; i++) { // long records, and more than one buffer of Hadoop's
        byte[] data = randomBytes("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".repeat(i + 1) + "\n\r", 4000 + random.nextInt(3000));
        randomSplits(w, file(w, n++, data), data.length, null, 0, 4);
        randomSplits(w, "f" + (n - 1), data.length, null, 200, 4);
      }
      for (String delimiter : new String[] {"|", "+|", "\n", "ab|", "\r\n", "||", "aba"}) {
        for (int i = 0; i < 8; i++) {
          byte[] data = randomBytes("ab" + delimiter.repeat(2) + "\n\r", 1 + random.nextInt(60));
          randomSplits(w, file(w, n++, data), data.length, delimiter, 0, 12);
          randomSplits(w, "f" + (n - 1), data.length, delimiter, 1 + random.nextInt(12), 6);
        }
      }
    }
  }

  static String file(PrintWriter w, int n, byte[] data) throws Exception {
    String name = "f" + n;
    Files.write(work.resolve(name), data);
    w.println("file " + name + " " + hex(data, data.length));
    return name;
  }

  static byte[] randomBytes(String alphabet, int length) {
    byte[] data = new byte[length];
    for (int i = 0; i < length; i++) {
      data[i] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
    }
    return data;
  }

  static void randomSplits(PrintWriter w, String name, int length, String delimiter, int max, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      int start = random.nextInt(length + 1);
      int end = start + random.nextInt(length - start + 1);
      read(w, name, i == 0 ? 0 : start, i == 0 ? length : end - start, delimiter, max);
    }
  }

  static void read(PrintWriter w, String name, int start, int length, String delimiter, int max) throws Exception {
    JobConf conf = new JobConf();
    if (max > 0) {
      conf.setInt("mapreduce.input.linerecordreader.line.maxlength", max);
    }
    byte[] bytes = delimiter == null ? null : delimiter.getBytes(StandardCharsets.UTF_8);
    w.println("split " + name + " " + start + " " + length + " " + (bytes == null ? "-" : hex(bytes, bytes.length)) + " " + max);
    FileSplit split = new FileSplit(hadoopPath(work.resolve(name)), start, length, new String[0]);
    LineRecordReader reader = new LineRecordReader(conf, split, bytes);
    LongWritable key = reader.createKey();
    Text value = reader.createValue();
    while (reader.next(key, value)) {
      w.println(("record " + key.get() + " " + hex(value.getBytes(), value.getLength())).trim());
    }
    reader.close();
  }

  // ---- splits.txt: what FileInputFormat.getSplits makes, in the order of map tasks

  static void splits() throws Exception {
    try (PrintWriter w = writer("splits.txt")) {
      for (int i = 0; i < 100; i++) {
        int unit = new int[] {1, 1000, 1 << 20}[random.nextInt(3)];
        long[] sizes = new long[1 + random.nextInt(5)];
        for (int f = 0; f < sizes.length; f++) {
          sizes[f] = random.nextInt(6) == 0 ? 0 : (long) random.nextInt(1000) * unit + random.nextInt(unit);
        }
        splits(w, sizes, random.nextInt(8), (long) (1 + random.nextInt(300)) * unit, random.nextInt(3) == 0 ? (long) random.nextInt(200) * unit : 0);
      }
      splits(w, new long[] {28893}, 2, 128 << 20, 0);
      splits(w, new long[] {300L << 20}, 2, 128 << 20, 0);
      splits(w, new long[] {110, 110, 100}, 3, 100, 0);
    }
  }

  static void splits(PrintWriter w, long[] sizes, int maps, long block, long min) throws Exception {
    Path folder = Files.createTempDirectory(work, "splits");
    JobConf conf = new JobConf();
    conf.setLong("fs.local.block.size", block);
    conf.setBoolean("fs.file.impl.disable.cache", true);
    if (min > 0) {
      conf.setLong("mapreduce.input.fileinputformat.split.minsize", min);
    }
    w.print("files");
    for (int i = 0; i < sizes.length; i++) {
      Path file = folder.resolve("f" + i + (i == 3 ? ".gz" : ""));
      try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
        f.setLength(sizes[i]);
      }
      FileInputFormat.addInputPath(conf, hadoopPath(file));
      w.print(" " + file.getFileName() + ":" + sizes[i]);
    }
    w.println(" maps " + maps + " block " + block + " min " + min);
    TextInputFormat format = new TextInputFormat();
    format.configure(conf);
    InputSplit[] made = format.getSplits(conf, maps);
    Arrays.sort(made, (a, b) -> { // as JobSubmitter
      try {
        return Long.compare(b.getLength(), a.getLength());
      } catch (Exception e) {
        throw new RuntimeException(e);
      }
    });
    for (InputSplit s : made) {
      FileSplit split = (FileSplit) s;
      w.println("split " + split.getPath().getName() + ":" + split.getStart() + "+" + split.getLength());
    }
  }

  // ---- globs.txt: what FileInputFormat lists

  static final String[] TREE = {
    "d/_x", "d/.h", "d/a", "d/b b", "d/b!b", "d/b-b", "d/c.txt", "d/C.txt", "d/c,d", "d/e+", "d/f[1]", "d/g{2}", "d/h*", "d/i^", "d/j\\k",
    "d/l(m)", "d/n$", "d/o|p", "d/q%20", "d/10", "d/9", "x/\u00e9", "x/\uff5e", "x/\ud83d\ude00", "x/_h/f", "x/.i/f", "x/k/f", "y/k/f", "y/k/g", "z/k/_g",
  };

  static final String[] PATTERNS = {
    "/d/*", "/d/?", "/d/??", "/d/b*", "/d/b?b", "/d/[abc]*", "/d/[!abc]*", "/d/[^abc]*", "/d/[a-c]*", "/d/[a-]*", "/d/[-a]*", "/d/*.txt", "/d/{c,C}.txt",
    "/d/{a,b*}", "/d/{a,nope}", "/d/{nope}", "/d/c\\,d", "/d/{c\\,d,a}", "/d/e+", "/d/e[+]", "/d/f\\[1\\]", "/d/f[[]1]", "/d/f*", "/d/g\\{2\\}", "/d/h\\*", "/d/h*",
    "/d/i^", "/d/[i]^", "/d/l(m)", "/d/l(*", "/d/n$", "/d/n*", "/d/o|p", "/d/o[|]p", "/d/[o]|p", "/d/q%20", "/d/q*", "/d/[0-9]*", "/d/_x", "/d/_*", "/d/.*", "/d/nope", "/nope/*",
    "/d/a/*", "/d/a/b", "/x/*", "/x/?", "/x/[\u00e9]", "/*/k/f", "/*/*/f", "/x/_h", "/x/_h/*", "/x/*/f", "/{x,y}/k/f", "/{x/k,y/k}/f", "/{x/k/f,d/a}", "/{x/{k,_h},d}/{f,a}",
    "/y/k", "/z/k", "/[", "/d/[", "/d/{a", "/d/a}", "/d/]", "/d/{a/b", "/d/{a,{9,10}}", "/d/[]a]", "/d/[b-a]", "/d//a", "/d/a/", "/d/./a", "/d/../d/a", "/d/a,/d/9", "/d/{a,9},/d/10", "/d/9,/d/{a,10},/d/9",
    "/d/nope,/d/a,/d/n?pe*", "/d/*b*", "/d/**", "/d/!a", "/d/[a!]", "/d/[a^]", "/d/a\\", "/d/{a\\}", "/d/[*]", "/d/h[*]", "/d/h[?*]",
  };

  static void globs() throws Exception {
    Path root = Files.createTempDirectory(work, "globs");
    try (PrintWriter w = writer("globs.txt")) {
      for (String name : TREE) {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[0]);
        w.println("file /" + name);
      }
      for (String pattern : PATTERNS) {
        w.println("input " + pattern);
        try {
          list(w, root.toString(), pattern);
        } catch (Exception e) {
          String text = e.getMessage().replace("file:" + root, "").replace(root.toString(), "");
          w.println("error " + text.replace("\n", "; "));
        }
      }
    }
  }

  static void list(PrintWriter w, String root, String inputs) throws Exception {
    // Each absolute path is put below the root: after a comma outside of braces, and at the start.
    StringBuilder below = new StringBuilder(root);
    int depth = 0;
    for (char c : inputs.toCharArray()) {
      depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      below.append(c);
      if (c == ',' && depth == 0 && below.charAt(below.length() - 2) != '\\') {
        below.append(root);
      }
    }
    JobConf conf = new JobConf();
    FileInputFormat.addInputPaths(conf, below.toString());
    TextInputFormat format = new TextInputFormat();
    format.configure(conf);
    List<String> names = new ArrayList<>();
    for (InputSplit s : format.getSplits(conf, 1)) {
      names.add(((FileSplit) s).getPath().toUri().getPath().substring(root.length()));
    }
    for (String name : names) {
      w.println("match " + name);
    }
  }

  // ---- text.*: files of Hadoop's codecs

  static void codecs() throws Exception {
    byte[] text = text(60000);
    for (String suffix : new String[] {"gz", "deflate", "bz2", "snappy", "lz4"}) {
      compress("text." + suffix, text, 1000);
      compress("whole." + suffix, text, text.length);
      compress("empty." + suffix, new byte[0], 1);
    }
  }

  /** The text that the test makes too: lines that repeat after a while. */
  static byte[] text(int lines) {
    StringBuilder b = new StringBuilder();
    for (int i = 0; i < lines; i++) {
      b.append("line ").append(i % 1000).append('\n');
    }
    return b.toString().getBytes(StandardCharsets.US_ASCII);
  }

  static void compress(String name, byte[] text, int piece) throws Exception {
    CompressionCodec codec = new CompressionCodecFactory(new Configuration()).getCodec(new org.apache.hadoop.fs.Path(name));
    try (OutputStream o = codec.createOutputStream(Files.newOutputStream(out.resolve(name)))) {
      for (int i = 0; i < text.length; i += piece) {
        o.write(text, i, Math.min(piece, text.length - i));
      }
    }
  }

  // ---- helpers

  static PrintWriter writer(String name) throws Exception {
    return new PrintWriter(Files.newBufferedWriter(out.resolve(name), StandardCharsets.UTF_8));
  }

  static org.apache.hadoop.fs.Path hadoopPath(Path p) {
    return new org.apache.hadoop.fs.Path(p.toString());
  }

  static String hex(byte[] data, int length) {
    StringBuilder b = new StringBuilder();
    for (int i = 0; i < length; i++) {
      b.append(String.format("%02x", data[i]));
    }
    return b.toString();
  }
}
