package dev.ferry.engine.http;

import org.eclipse.jetty.http.HostPortHttpField;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.internal.HttpConnection;

/**
 * HTTP/1.1 that takes a blank {@code Host:} for localhost.
 *
 * <p>Clients of unix sockets have no host to name and some send an empty one; Jetty answers 400 before any handler runs, and no
 * compliance mode relaxes that. This is the only use of a class of Jetty that is not its public API.
 */
final class LenientHost extends HttpConnectionFactory {

    LenientHost(HttpConfiguration configuration) {
        super(configuration);
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        HttpConnection connection = new HttpConnection(getHttpConfiguration(), connector, endPoint) {
            @Override
            protected RequestHandler newRequestHandler() {
                return new RequestHandler() {
                    @Override
                    public void parsedHeader(HttpField field) {
                        boolean blank = field.getHeader() == HttpHeader.HOST
                                && (field.getValue() == null || field.getValue().isBlank());
                        super.parsedHeader(blank ? new HostPortHttpField("localhost") : field);
                    }
                };
            }
        };
        return configure(connection, connector, endPoint);
    }
}
