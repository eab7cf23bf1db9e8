using System.Xml.Linq;
using Identity.Server.Data;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Keys;

/// <summary>ASP.NET Core's Data Protection keys in our database, so that all nodes share them. Stands in for the package of the same purpose.</summary>
internal sealed class DataProtectionRing(IDbContextFactory<IdentityDb> contexts, WriteGate gate) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var db = contexts.CreateDbContext();
        return [.. db.DataProtectionKeys.AsNoTracking().Select(row => row.Xml).AsEnumerable().Select(XElement.Parse)];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        // The interface is synchronous, and is called a few times a year.
        using var pass = gate.EnterAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
        using var db = contexts.CreateDbContext();
        db.Add(new DataProtectionKeyRow { FriendlyName = friendlyName, Xml = element.ToString(SaveOptions.DisableFormatting) });
        db.SaveChanges();
    }
}

/// <summary>Wraps each Data Protection key with the master key.</summary>
internal sealed class MasterKeyXmlEncryptor(MasterKey master) : IXmlEncryptor
{
    internal const string Purpose = "data protection";

    public EncryptedXmlInfo Encrypt(XElement plaintextElement) => new(
        new XElement("wrapped", Convert.ToBase64String(master.Wrap(Purpose, System.Text.Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting))))),
        typeof(MasterKeyXmlDecryptor));
}

/// <summary>Data Protection makes it by name, and gives it the services.</summary>
internal sealed class MasterKeyXmlDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement) => XElement.Parse(System.Text.Encoding.UTF8.GetString(
        services.GetRequiredService<MasterKey>().Unwrap(MasterKeyXmlEncryptor.Purpose, Convert.FromBase64String(encryptedElement.Value))));
}
