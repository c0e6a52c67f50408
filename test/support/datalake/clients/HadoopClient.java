import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The double through Hadoop's ABFS driver, as Spark writes its checkpoints: prints one line for each thing tried.
 * Arguments: host name of the dfs endpoint, key. The proxy comes by -Dhttp.proxyHost and -Dhttp.proxyPort.
 */
public final class HadoopClient {
  private interface Call {
    Object run() throws Exception;
  }

  private static void outcome(String name, Call call) {
    String text;
    try {
      text = String.valueOf(call.run());
    } catch (Exception error) {
      text = error.getClass().getSimpleName();
    }
    System.out.println(name + ": " + text);
  }

  private static FileSystem open(String host, String key) throws IOException {
    Configuration configuration = new Configuration();
    configuration.set("fs.azure.account.auth.type", "SharedKey");
    configuration.set("fs.azure.account.key." + host, key);
    configuration.set("fs.azure.always.use.https", "false");
    configuration.set("fs.azure.createRemoteFileSystemDuringInitialization", "true");
    configuration.set("fs.azure.io.retry.max.retries", "3");
    configuration.set("fs.azure.io.retry.min.backoff.interval", "1");
    configuration.set("fs.azure.io.retry.backoff.interval", "2");
    configuration.set("fs.azure.io.retry.max.backoff.interval", "10");
    return FileSystem.newInstance(URI.create("abfs://hadoop@" + host + "/"), configuration);
  }

  private static void write(FileSystem files, String name, boolean overwrite, String... parts) throws IOException {
    try (FSDataOutputStream out = files.create(new Path(name), overwrite)) {
      for (String part : parts) {
        out.write(part.getBytes(StandardCharsets.UTF_8));
        out.hflush();
      }
    }
  }

  private static String read(FileSystem files, String name) throws IOException {
    try (FSDataInputStream in = files.open(new Path(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  public static void main(String[] arguments) throws Exception {
    String host = arguments[0];
    FileSystem files = open(host, arguments[1]);
    // Refused as unsupported where the namespace is flat.
    outcome("hierarchical", () -> files.getAclStatus(new Path("/")) != null);
    outcome("make directories", () -> files.mkdirs(new Path("/check point/offsets")));
    outcome("write", () -> {
      write(files, "/check point/.tmp", true, "v1\n", "{\"batch\":7}\n");
      return read(files, "/check point/.tmp").length();
    });
    outcome("rename", () -> files.rename(new Path("/check point/.tmp"), new Path("/check point/offsets/7")));
    outcome("renamed", () -> read(files, "/check point/offsets/7").replace("\n", "|"));
    outcome("rename what is gone", () -> files.rename(new Path("/check point/.tmp"), new Path("/check point/offsets/8")));
    outcome("rename onto a file", () -> {
      write(files, "/check point/.tmp", true, "other");
      return files.rename(new Path("/check point/.tmp"), new Path("/check point/offsets/7"));
    });
    outcome("not replaced", () -> read(files, "/check point/offsets/7").length());
    outcome("create without overwrite", () -> {
      write(files, "/check point/offsets/7", false, "x");
      return "overwritten";
    });
    outcome("append", () -> {
      try (FSDataOutputStream out = files.append(new Path("/check point/offsets/7"))) {
        out.write('!');
      }
      return files.getFileStatus(new Path("/check point/offsets/7")).getLen();
    });
    outcome("seek", () -> {
      try (FSDataInputStream in = files.open(new Path("/check point/offsets/7"))) {
        in.seek(4);
        return (char) in.read();
      }
    });
    outcome("large", () -> {
      byte[] block = new byte[1 << 20];
      Arrays.fill(block, (byte) 'x');
      try (FSDataOutputStream out = files.create(new Path("/large"))) {
        for (int index = 0; index < 20; index++) {
          out.write(block);
        }
      }
      return files.getFileStatus(new Path("/large")).getLen() + " " + read(files, "/large").length();
    });
    // The test loses the first answer to this rename, and is too busy for the first read after it.
    outcome("rename with a lost answer", () -> files.rename(new Path("/large"), new Path("/lost-answer")));
    outcome("read when busy", () -> read(files, "/lost-answer").length());
    outcome("list", () -> {
      StringBuilder names = new StringBuilder();
      for (FileStatus status : files.listStatus(new Path("/check point"))) {
        names.append(status.getPath().getName()).append(status.isDirectory() ? "/ " : " ");
      }
      return names.toString().trim();
    });
    outcome("missing", () -> files.getFileStatus(new Path("/nothing")));
    outcome("rename a directory", () -> files.rename(new Path("/check point"), new Path("/moved")));
    outcome("moved", () -> files.exists(new Path("/moved/offsets/7")) + " " + files.exists(new Path("/check point")));
    outcome("delete", () -> files.delete(new Path("/moved"), true));
    outcome("deleted", () -> files.exists(new Path("/moved")));
    outcome("wrong key", () -> open(host, "b3RoZXI=").mkdirs(new Path("/no")));
    files.close();
  }
}
