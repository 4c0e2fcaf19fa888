import java.io.File;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.streaming.StreamJob;
import org.apache.hadoop.util.ToolRunner;

/**
 * Runs many command lines of Hadoop Streaming in one JVM. The first argument is a file with,
 * for each of them, a line "%% NAME" and then one argument a line; the second gets a line
 * "NAME TAB code" for each, or "NAME TAB EXC TAB exception".
 * The log of each begins with a line "%% NAME" on the standard error.
 */
public class StreamDriver {
  private static volatile boolean done;

  /** A task that failed leaves a thread behind, which may end the JVM some seconds later. */
  @SuppressWarnings("removal")
  private static void forbidExit() {
    System.setSecurityManager(new SecurityManager() {
      @Override
      public void checkExit(int status) {
        if (!done) {
          throw new SecurityException("exit " + status);
        }
      }

      @Override
      public void checkPermission(java.security.Permission permission) {
      }
    });
  }

  public static void main(String[] args) throws Exception {
    forbidExit();
    List<String> names = new ArrayList<>();
    List<List<String>> commands = new ArrayList<>();
    for (String line : Files.readAllLines(new File(args[0]).toPath(), StandardCharsets.UTF_8)) {
      if (line.startsWith("%% ")) {
        names.add(line.substring(3));
        commands.add(new ArrayList<>());
      } else {
        commands.get(commands.size() - 1).add(unescape(line));
      }
    }
    try (PrintStream results = new PrintStream(args[1], "UTF-8")) {
      for (int i = 0; i < names.size(); i++) {
        System.err.println("%% " + names.get(i));
        System.err.flush();
        String result;
        try {
          result = "" + ToolRunner.run(new Configuration(), new StreamJob(), commands.get(i).toArray(new String[0]));
        } catch (Throwable t) {
          result = "EXC\t" + t.toString().split("\n")[0];
        }
        results.println(names.get(i) + "\t" + result);
        results.flush();
        FileSystem.closeAll();
      }
    }
    System.err.println("%% ");
    done = true;
    System.exit(0);
  }

  /** Replaces \xNN. */
  static String unescape(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (text.startsWith("\\x", i) && i + 4 <= text.length()) {
        out.append((char) Integer.parseInt(text.substring(i + 2, i + 4), 16));
        i += 3;
      } else {
        out.append(text.charAt(i));
      }
    }
    return out.toString();
  }
}
