package dev.ferry.engine.http;

import dev.ferry.api.version.ApiVersion;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Takes the {@code /v1.NN} off every path, refuses versions outside the supported range with docker's words, and puts docker's
 * headers on every answer. It stands before the servlet, so that plain answers, hijacks and errors all pass it.
 */
final class VersionPrefix extends Handler.Wrapper {

    /** Request attribute with the {@link ApiVersion} that the client asked for. */
    static final String ATTRIBUTE = VersionPrefix.class.getName();

    private static final Pattern PREFIX = Pattern.compile("^/v(\\d+\\.\\d+)(/.*)$");

    private final String server;

    VersionPrefix(String server) {
        this.server = server;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        response.getHeaders().put(HttpHeader.SERVER, server);
        response.getHeaders().put("Api-Version", ApiVersion.NEWEST.toString());
        response.getHeaders().put("Ostype", "linux");
        // without it the docker CLI hides its checkpoint commands
        response.getHeaders().put("Docker-Experimental", "true");
        HttpURI uri = request.getHttpURI();
        Matcher matcher = PREFIX.matcher(String.valueOf(uri.getPath()));
        if (!matcher.matches()) {
            request.setAttribute(ATTRIBUTE, ApiVersion.NEWEST);
            return super.handle(request, response, callback);
        }
        Optional<ApiVersion> version = ApiVersion.parse(matcher.group(1));
        if (version.isEmpty()) {
            return refuse(response, callback, "invalid API version \"" + matcher.group(1) + "\"");
        }
        Optional<String> refusal = version.get().refusal();
        if (refusal.isPresent()) {
            return refuse(response, callback, refusal.get());
        }
        HttpURI rest = HttpURI.build(uri).path(matcher.group(2)).asImmutable();
        Request served = Request.serveAs(request, rest);
        served.setAttribute(ATTRIBUTE, version.get());
        return super.handle(served, response, callback);
    }

    private static boolean refuse(Response response, Callback callback, String message) {
        response.setStatus(400);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        Content.Sink.write(response, true, ErrorAnswer.body(message), callback);
        return true;
    }
}
