import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.Node;
import org.opensearch.transport.Netty4Plugin;

/**
 * A node of the test cluster: {@code java -cp 'jars/*' ClusterNode.java HOME NUMBER HTTP TRANSPORT
 * SEEDS NAMES}. It ends when its standard input does, that is, at the latest with whoever started
 * it.
 */
public class ClusterNode {
    static class TestNode extends Node {
        TestNode(Environment environment) {
            super(environment, List.of(Netty4Plugin.class, CommonAnalysisPlugin.class), false);
        }
    }

    public static void main(String[] args) throws Exception {
        Path home = Path.of(args[0]);
        Settings settings = Settings.builder()
            .put("cluster.name", "palpate-test")
            .put("node.name", "node-" + args[1])
            .put("path.home", home.toString())
            .put("network.host", "127.0.0.1")
            .put("http.port", args[2])
            .put("transport.port", args[3])
            .put("http.type", "netty4")
            .put("transport.type", "netty4")
            .put("discovery.seed_hosts", args[4])
            .put("cluster.initial_cluster_manager_nodes", args[5])
            // A full disk of the machine is no subject of these tests.
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            // A node that was killed is noticed in a second, as its connections are gone; copies are
            // made anew at once.
            .put("cluster.fault_detection.follower_check.interval", "500ms")
            // A copy that is to be made on a node which is killed and comes back at that moment can
            // wait for an answer that is lost: half an hour, where nothing is said.
            .put("indices.recovery.recovery_activity_timeout", "10s")
            .build();
        Files.createDirectories(home.resolve("config"));
        Node node = new TestNode(new Environment(settings, home.resolve("config")));
        node.start();
        System.out.println("started");
        while (System.in.read() >= 0) {
            // Nothing is said to it; it waits for the end.
        }
        node.close();
    }
}
